/** How the jar and the image start with their classes loaded and profiled already: nothing here decides what the program does. */
@NullMarked
package io.hubstorage.launch;

import org.jspecify.annotations.NullMarked;
