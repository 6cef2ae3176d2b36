/** HTTP: routes by resource, pages, health. */
@NullMarked
package io.hubstorage.web;

import org.jspecify.annotations.NullMarked;
