package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration that cannot be used, with everything that is wrong with it at once; the message lists it by line. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    private final @Nullable String file;

    public ConfigException(List<Problem> problems) {
        this(problems, null);
    }

    private ConfigException(List<Problem> problems, @Nullable String file) {
        super((file == null ? "" : file + " is not valid:\n")
                + problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
        this.file = file;
    }

    ConfigException(String path, String found, String allowed) {
        this(List.of(new Problem(path, found, allowed)));
    }

    ConfigException in(Path of) {
        return new ConfigException(problems, of.toString());
    }

    /** The file that it is about, or null when the problems speak for themselves. */
    public @Nullable String file() {
        return file;
    }

    public List<Problem> problems() {
        return problems;
    }
}
