/** HTTPS of its own: the certificate that is served, how it is renewed, and how http leads to it. */
@NullMarked
package io.hubstorage.web.tls;

import org.jspecify.annotations.NullMarked;
