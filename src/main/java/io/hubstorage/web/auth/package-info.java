/** Who may come in: passwords, tokens, logins and how many tries there are. Knows no page and no route. */
@NullMarked
package io.hubstorage.web.auth;

import org.jspecify.annotations.NullMarked;
