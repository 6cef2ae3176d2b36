package io.hubstorage.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.HubProcess;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What pom.xml leaves out of Hazelcast, looked at from what is left: nothing that a member may come to, on any path, asks for it. */
final class HazelcastInTheJarIT {
    private static final String HAZELCAST = "com/hazelcast/";

    /** Who may ask for what is not there, as none of it runs: clients, jobs, and configurations in files. */
    private static final Pattern IDLE = Pattern.compile("""
        com/hazelcast/(client|jet|dataconnection|internal/(config|dynamicconfig|tpc|yaml))/.*\
        |com/hazelcast/.*/client/.*\
        |com/hazelcast/instance/impl/IntegrityChecker\
        |com/hazelcast/(cache|map)/impl/[A-Za-z]+DataSerializerHook\
        """);

    /** What each class of Hazelcast names of Hazelcast. */
    private static final Map<String, Set<String>> NAMED = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(HubProcess.jar());
                Stream<Path> files = Files.walk(jar.getPath(HAZELCAST))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                NAMED.put(file.toString().replace(".class", ""), named(Files.readAllBytes(file)));
            }
        }
    }

    private static Set<String> named(byte[] type) {
        Set<String> names = new HashSet<>();
        StreamSupport.stream(ClassFile.of().parse(type).constantPool().spliterator(), false)
                .filter(ClassEntry.class::isInstance)
                .map(entry -> ((ClassEntry) entry).asInternalName().replaceAll("^\\[+L|;$", ""))
                .filter(name -> name.startsWith(HAZELCAST))
                .forEach(names::add);
        return names;
    }

    @Test
    void whatIsLeftAsksForNothingThatIsGone() {
        Map<String, List<String>> missed = new TreeMap<>();
        NAMED.forEach((type, names) -> {
            List<String> gone =
                    names.stream().filter(name -> !NAMED.containsKey(name)).toList();
            if (!gone.isEmpty() && !IDLE.matcher(type).matches()) {
                missed.put(type, gone);
            }
        });

        assertThat(missed).isEmpty();
    }

    /** Else Maven would have found the names of pom.xml no longer, say. */
    @Test
    void muchIsGone() {
        assertThat(NAMED).hasSizeBetween(5_000, 7_000);
        assertThat(NAMED.keySet())
                .contains("com/hazelcast/cluster/Member")
                .noneMatch(name -> name.startsWith("com/hazelcast/aws/"))
                .noneMatch(name -> name.startsWith("com/hazelcast/client/impl/protocol/codec/"));
    }
}
