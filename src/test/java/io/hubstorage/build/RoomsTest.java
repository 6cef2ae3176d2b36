package io.hubstorage.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.hubstorage.HubStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom, as the table of {@code docs/architecture.md} says. */
final class RoomsTest {
    private static final String ROOT = "io.hubstorage";

    /** What lies where the program's own classes lie, whatever runs the tests. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(HubStorage.class.getProtectionDomain().getCodeSource().getLocation());

    /** A line of the table: the room and, in its last column, the rooms of ours that it may import besides itself. */
    private static final Pattern ROOM = Pattern.compile("\\| `([a-z0-9.]+)` \\|.*\\| ([a-z0-9., ]+) \\|");

    private static final Map<String, Set<String>> MAY_IMPORT = table();

    private static Map<String, Set<String>> table() {
        Map<String, Set<String>> rooms = new TreeMap<>();
        try (Stream<String> lines = Files.lines(Path.of("docs/architecture.md"))) {
            lines.dropWhile(line -> !line.startsWith("## The rooms"))
                    .skip(1)
                    .takeWhile(line -> !line.startsWith("## "))
                    .map(ROOM::matcher)
                    .filter(Matcher::matches)
                    .forEach(row -> rooms.put(row.group(1), neighbours(row.group(2))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rooms;
    }

    private static Set<String> neighbours(String column) {
        return column.equals("nothing of ours") ? Set.of() : Set.of(column.split(", "));
    }

    @TestFactory
    List<DynamicTest> aRoomImportsOnlyItsNeighbours() {
        return MAY_IMPORT.entrySet().stream()
                .map(room -> DynamicTest.dynamicTest(room.getKey(), () -> checkImports(room.getKey(), room.getValue())))
                .toList();
    }

    @Test
    void onlyTheS3RoomKnowsTheAwsSdk() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.hubstorage.s3..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(CLASSES);
    }

    @Test
    void onlyTheClusterRoomKnowsHazelcast() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.hubstorage.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster..")
                .check(CLASSES);
    }

    @Test
    void integrityOpensNoFiles() {
        noClasses()
                .that()
                .resideInAPackage("io.hubstorage.integrity")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..")
                .check(CLASSES);
    }

    @Test
    void timeIsInjected() {
        noClasses()
                .that()
                // What comes before the composition root, and that itself.
                .resideOutsideOfPackages("io.hubstorage", "io.hubstorage.launch")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsARoomOfTheTable() {
        Set<String> rooms = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            String name = type.getPackageName();
            if (!name.equals(ROOT)) {
                rooms.add(name.substring(ROOT.length() + 1));
            }
        }
        assertThat(rooms).isEqualTo(MAY_IMPORT.keySet());
        rooms.add(".");
        assertThat(MAY_IMPORT.values())
                .allSatisfy(neighbours -> assertThat(rooms).containsAll(neighbours));
    }

    private static void checkImports(String room, Set<String> allowed) {
        classes()
                .that()
                .resideInAPackage(packageOf(room))
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.describe(
                        "lie in " + allowed, type -> isAllowed(room, allowed, type.getPackageName())))
                .check(CLASSES);
    }

    private static boolean isAllowed(String room, Set<String> allowed, String name) {
        boolean ours = name.equals(ROOT) || name.startsWith(ROOT + ".");
        return !ours
                || name.equals(packageOf(room))
                || allowed.stream().anyMatch(other -> name.equals(packageOf(other)));
    }

    private static String packageOf(String room) {
        return room.equals(".") ? ROOT : ROOT + "." + room;
    }
}
