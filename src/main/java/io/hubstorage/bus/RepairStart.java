package io.hubstorage.bus;

import org.jspecify.annotations.Nullable;

/**
 * Starts what was planned last. A flat object in JSON.
 *
 * @param digest that of the plan: what would be done otherwise by now is not begun
 */
public record RepairStart(String digest, @Nullable Trigger trigger) {}
