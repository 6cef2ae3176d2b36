/** What the container image is made with, beside the program: its rehearsal. Uses the program's libraries, and of the program the way from the SDK to the network. */
@NullMarked
package io.hubstorage.image;

import org.jspecify.annotations.NullMarked;
