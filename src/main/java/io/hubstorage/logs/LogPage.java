package io.hubstorage.logs;

import io.hubstorage.bus.LogLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Log lines, newest first.
 *
 * @param next goes into {@link LogQuery#before} for older ones; null when there are no more. A page may hold fewer lines than
 *     asked for, even none, and still have a next one: a search stops after some seconds and goes on from there
 */
public record LogPage(List<LogLine> lines, @Nullable String next) {}
