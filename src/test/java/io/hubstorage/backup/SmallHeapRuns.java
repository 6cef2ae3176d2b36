package io.hubstorage.backup;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Runs backups in a JVM of its own and prints one line a run: result, whether there is a new snapshot, downloaded, linked. */
final class SmallHeapRuns {
    private SmallHeapRuns() {}

    /** What does so with these flags for the JVM. */
    static List<String> command(List<String> flags, SyntheticS3 s3, Path home, String bucket, int runs) {
        List<String> all = new ArrayList<>(flags);
        all.add("--enable-native-access=ALL-UNNAMED");
        all.add("--sun-misc-unsafe-memory-access=allow");
        return Shell.java(
                all, SmallHeapRuns.class, s3.endpoint().toString(), home.toString(), bucket, Integer.toString(runs));
    }

    /** Arguments: endpoint, home, bucket, how many runs. */
    public static void main(String[] args) {
        Settings.Aws aws = TestClients.settings(URI.create(args[0]), "key", "secret");
        try (Hub hub = new Hub(Path.of(args[1]), aws, InstantSource.system()).configure(args[2])) {
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                RunRecord run = hub.backUp();
                System.out.printf(
                        "run %s new=%s downloaded=%d linked=%d (%s)%n",
                        run.result(),
                        run.newSnapshot(),
                        run.totals().downloaded().objects(),
                        run.totals().linked().objects(),
                        run.message());
            }
        }
    }
}
