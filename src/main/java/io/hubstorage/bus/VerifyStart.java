package io.hubstorage.bus;

import org.jspecify.annotations.Nullable;

/** Asks to prove stored files: to go on with the cycle, or to begin the next one, at whatever hour. A flat object in JSON. */
public record VerifyStart(@Nullable Trigger trigger) {}
