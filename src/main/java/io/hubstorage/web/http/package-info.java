/** What every route needs: guards, connections, checked input, answers, problems, bodies as streams. Knows no route. */
@NullMarked
package io.hubstorage.web.http;

import org.jspecify.annotations.NullMarked;
