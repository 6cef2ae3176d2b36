package io.hubstorage.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes down how to start a program beside the product without Maven: the JDK that runs this, and a Java argument file with
 * the class path. The program then takes the shell's place, gets its signals first hand, and starts at once where nothing has
 * to be built.
 */
public final class LaunchFile {
    private LaunchFile() {}

    /**
     * Writes {@code launch.java} (the executable's path) and {@code launch.args} into the given folder.
     *
     * @param args the folder and the program's main class
     */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Files.writeString(
                folder.resolve("launch.java"), Path.of(System.getProperty("java.home"), "bin", "java") + "\n");
        Files.write(
                folder.resolve("launch.args"),
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx512m",
                        "-cp " + quoted(System.getProperty("java.class.path")),
                        args[1]));
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
