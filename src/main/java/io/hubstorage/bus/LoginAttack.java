package io.hubstorage.bus;

import java.time.Instant;

/**
 * Somebody tries passwords or tokens and gets no further try for now. Published on {@link Addresses#LOGIN_ATTACKED}, once in ten
 * minutes at the most.
 *
 * @param client the address of the one whose try was refused; an IPv6 network where it is one of many
 * @param tries wrong ones of all clients since the last such message
 */
public record LoginAttack(Instant at, String client, long tries) {}
