/** Where settings come from: environment, {@code .env} and {@code config.json}; validation, atomic save, watch. */
@NullMarked
package io.hubstorage.config;

import org.jspecify.annotations.NullMarked;
