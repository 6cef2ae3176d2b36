/** Who comes in: passwords, tokens, logins, how many tries there are, and the routes of the login. */
@NullMarked
package io.hubstorage.web.auth;

import org.jspecify.annotations.NullMarked;
