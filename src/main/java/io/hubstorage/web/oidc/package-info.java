/** A login by way of an OpenID provider: leading there, and proving what comes back. */
@NullMarked
package io.hubstorage.web.oidc;

import org.jspecify.annotations.NullMarked;
