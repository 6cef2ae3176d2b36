package io.hubstorage.cli;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobRecord;
import io.vertx.core.eventbus.ReplyException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the process says to its caller when it ends. A public interface: scripts depend on the numbers. */
public enum ExitCode {
    OK(0, "all is safe (or: stopped in order, where stopping is the only end)"),
    FAILED(1, "failed; the message says why, and earlier snapshots are untouched"),
    USAGE(2, "wrong options or configuration; nothing was tried"),
    PARTIAL(3, "ended with failures: what could not be copied is named, the rest is safe"),
    DAMAGED(3, "problems found in a snapshot; they are named"),
    BUSY(4, "another HubStorage is at work on this data folder"),
    CANCELLED(130, "stopped by Ctrl-C or a signal; the next run goes on from there");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    static ExitCode of(JobRecord job) {
        return switch (job.result()) {
            case SUCCESS -> OK;
            case PARTIAL -> PARTIAL;
            case CANCELLED, INTERRUPTED -> CANCELLED;
            case FAILED, RUNNING -> FAILED;
        };
    }

    /** Of a job that was not begun. */
    static ExitCode of(ReplyException refused) {
        return switch (refused.failureCode()) {
            case Bus.BAD_REQUEST, Bus.NOT_FOUND -> USAGE;
            case Bus.CONFLICT, Bus.LOCKED -> BUSY;
            default -> FAILED;
        };
    }

    /** Numbers and meanings, as a help text lists them: those of every command, and further ones. */
    static Map<String, String> list(ExitCode... further) {
        Map<String, String> list = new LinkedHashMap<>();
        Stream.concat(Stream.of(OK, FAILED, USAGE), Stream.of(further))
                .forEach(code ->
                        list.merge(Integer.toString(code.code), code.meaning, (one, other) -> one + "; or: " + other));
        return list;
    }
}
