package io.hubstorage.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Everything about a folder that must not change: each name's inode, mode, size, time and content. */
public final class Frozen {
    private Frozen() {}

    /**
     * What is below a folder.
     *
     * @param hashes those known already, by inode; files are linked into many snapshots
     */
    public static Map<String, String> of(Path folder, Map<Object, String> hashes) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Map<String, Object> facts =
                        Files.readAttributes(file, "unix:ino,mode,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                String content = "";
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Object inode = Objects.requireNonNull(facts.get("ino"));
                    String known = hashes.get(inode);
                    content = known != null ? known : sha256(file);
                    hashes.put(inode, content);
                }
                found.put(folder.relativize(file).toString(), new TreeMap<>(facts) + content);
            }
        }
        return found;
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
