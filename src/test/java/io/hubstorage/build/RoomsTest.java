package io.hubstorage.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.hubstorage.HubStorage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom: the table in {@code docs/architecture.md}, as rules. */
final class RoomsTest {
    private static final String ROOT = "io.hubstorage";

    /** What lies where the program's own classes lie, whatever runs the tests. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(HubStorage.class.getProtectionDomain().getCodeSource().getLocation());

    /** The rooms of ours that a room may import, besides itself. */
    private static final Map<String, Set<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            room("fs"),
            room("keys", "fs"),
            room("bus"),
            room("config", "bus", "fs"),
            room("logs", "bus", "config"),
            room("manifest", "bus", "fs", "keys"),
            room("s3", "bus", "config"),
            room("integrity", "manifest", "s3"),
            room("snapshot", "bus", "fs", "keys", "manifest"),
            room("jobs", "bus", "fs", "snapshot"),
            room("schedule", "bus", "config", "fs", "jobs"),
            room("status", "bus", "config", "fs", "jobs", "schedule", "snapshot"),
            room("transfer", "bus", "config", "fs", "integrity", "keys", "manifest", "s3", "snapshot"),
            room("backup", "bus", "config", "fs", "jobs", "keys", "manifest", "snapshot"),
            room("browse", "bus", "fs", "keys", "manifest", "snapshot"),
            room("verify", "bus", "fs", "jobs", "keys", "manifest", "snapshot"),
            room("migrate", "bus", "config", "fs", "snapshot"),
            room("web", "bus", "config", "logs", "status", "web.api", "web.auth", "web.bridge", "web.http", "web.sse"),
            room("web.http", "bus"),
            room("web.auth", "config", "web.http"),
            room("web.sse", "bus", "web.auth", "web.http"),
            room("web.bridge", "bus", "config", "web.auth", "web.http"),
            room(
                    "web.api",
                    "browse",
                    "bus",
                    "config",
                    "keys",
                    "logs",
                    "manifest",
                    "snapshot",
                    "status",
                    "web.auth",
                    "web.http",
                    "web.sse"),
            room(
                    "cli",
                    "bus",
                    "config",
                    "fs",
                    "jobs",
                    "logs",
                    "manifest",
                    "migrate",
                    "snapshot",
                    "status",
                    "verify",
                    "web.auth")));

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
    void timeIsInjected() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.hubstorage")
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

    private static Map.Entry<String, Set<String>> room(String name, String... imports) {
        return Map.entry(name, Set.of(imports));
    }

    private static String packageOf(String room) {
        return ROOT + "." + room;
    }
}
