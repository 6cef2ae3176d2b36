/** What the container image is made with, beside the program: its rehearsal. Uses the program's libraries alone. */
@NullMarked
package io.hubstorage.image;

import org.jspecify.annotations.NullMarked;
