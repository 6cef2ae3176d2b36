/** The public contract: addresses, message records and their JSON form. Imports nothing of ours. */
@NullMarked
package io.hubstorage.bus;

import org.jspecify.annotations.NullMarked;
