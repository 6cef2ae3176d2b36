/** The web server: puts its rooms together, in the order in which they guard each other. */
@NullMarked
package io.hubstorage.web;

import org.jspecify.annotations.NullMarked;
