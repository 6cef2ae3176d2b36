package io.hubstorage.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.hubstorage.HubStorage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom: the table in {@code docs/architecture.md}, as rules. */
final class RoomsTest {
    /** What lies where the program's own classes lie, whatever runs the tests. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(HubStorage.class.getProtectionDomain().getCodeSource().getLocation());

    /** The rooms of ours that a room may import, besides itself. */
    private static final Map<String, List<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("bus", List.of()),
            Map.entry("config", List.of("bus")),
            Map.entry("logs", List.of("bus", "config")),
            Map.entry("snapshot", List.of("bus")),
            Map.entry("plan", List.of("bus", "snapshot")),
            Map.entry("s3", List.of("bus", "config", "s3.http")),
            Map.entry("s3.http", List.of()),
            Map.entry("history", List.of("bus", "snapshot")),
            Map.entry("schedule", List.of("bus", "config", "history")),
            Map.entry("status", List.of("bus", "config", "history", "schedule", "snapshot")),
            Map.entry("transfer", List.of("bus", "config", "plan", "s3", "snapshot")),
            Map.entry("backup", List.of("bus", "config", "plan", "snapshot", "history")),
            Map.entry(
                    "web",
                    List.of(
                            "browse",
                            "bus",
                            "config",
                            "history",
                            "snapshot",
                            "logs",
                            "web.auth",
                            "web.sse",
                            "web.bridge")),
            Map.entry("web.auth", List.of("bus", "config")),
            Map.entry("browse", List.of("bus", "plan", "snapshot")),
            Map.entry("web.sse", List.of("bus")),
            Map.entry("web.bridge", List.of("bus", "config")),
            Map.entry("verify", List.of("bus", "snapshot")),
            Map.entry("migrate", List.of("bus", "config", "snapshot")),
            Map.entry(
                    "cli",
                    List.of(
                            "bus",
                            "config",
                            "logs",
                            "snapshot",
                            "history",
                            "status",
                            "verify",
                            "migrate",
                            "web.auth"))));

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

    private static void checkImports(String room, List<String> allowed) {
        String[] forbidden = MAY_IMPORT.keySet().stream()
                .filter(other -> !other.equals(room) && !allowed.contains(other))
                .map(RoomsTest::packageOf)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packageOf(room))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(CLASSES);
        if (!allowed.contains("")) {
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(room))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.hubstorage")
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    private static String packageOf(String room) {
        return "io.hubstorage." + room;
    }
}
