/** The command line, one class a subcommand. */
@NullMarked
package io.hubstorage.cli;

import org.jspecify.annotations.NullMarked;
