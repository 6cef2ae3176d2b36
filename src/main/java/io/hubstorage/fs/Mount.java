package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted where a folder is, as Linux tells it: a line of {@code /proc/self/mountinfo}, see proc_pid_mountinfo(5).
 *
 * @param device major and minor number, {@code 8:1}
 * @param type of the file system, {@code btrfs}
 * @param source a device, or what the file system calls it: ZFS names its data set
 * @param options of the mount and of the file system, in the order of the line
 */
record Mount(String device, String type, String source, List<String> options) {
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
    private static final int DEVICE = 2;
    private static final int MOUNT_POINT = 4;
    private static final int OPTIONS = 5;

    /**
     * Finds it.
     *
     * @param folder without symbolic links
     * @param mountinfo the file
     * @return empty where the system has no such file, or it does not name the folder's
     */
    static Optional<Mount> of(Path folder, Path mountinfo) throws IOException {
        if (!Files.isReadable(mountinfo)) {
            return Optional.empty();
        }
        String @Nullable [] best = null;
        int depth = -1;
        for (String line : Files.readAllLines(mountinfo)) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_POINT) {
                Path point = Path.of(unescaped(fields[MOUNT_POINT]));
                // Of several on one point the last is on top.
                if (folder.startsWith(point) && point.getNameCount() >= depth) {
                    depth = point.getNameCount();
                    best = fields;
                }
            }
        }
        return Optional.ofNullable(best).map(Mount::of);
    }

    private static Mount of(String[] fields) {
        int last = fields.length - 1;
        List<String> options = new ArrayList<>(Arrays.asList(fields[OPTIONS].split(",", -1)));
        options.addAll(Arrays.asList(fields[last].split(",", -1)));
        return new Mount(fields[DEVICE], fields[last - 2], unescaped(fields[last - 1]), List.copyOf(options));
    }

    /** The value of an option; empty where it is not set, or has no value. */
    Optional<String> option(String name) {
        return options.stream()
                .filter(option -> option.startsWith(name + "="))
                .reduce((_, later) -> later)
                .map(option -> option.substring(name.length() + 1));
    }

    private static String unescaped(String path) {
        return OCTAL.matcher(path)
                .replaceAll(match -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(match.group(1), 8))));
    }
}
