package io.hubstorage.verify;

import io.hubstorage.fs.Durable;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares a snapshot's certificate with itself and with the folders around the buckets' files. */
record CertificateCheck(Path snapshot, Certificate certificate, VerifyRequest request, Findings findings) {
    private static final Duration MOST_LATER = Duration.ofMinutes(10);

    void check() throws IOException {
        String name = snapshot.getFileName().toString();
        if (!certificate.snapshot().equals(name)) {
            problem(Kind.CERTIFICATE, "run.json", "this is the certificate of " + certificate.snapshot());
        }
        checkTime(name);
        Map<Path, Set<String>> named = new TreeMap<>();
        named.put(snapshot, new TreeSet<>(Set.of("run.json", "pinned", fileName(Layout.repairLog(snapshot)))));
        expect(named, Layout.trees(snapshot, null));
        expect(named, Layout.manifests(snapshot, null));
        for (Certificate.Bucket bucket : certificate.buckets()) {
            expect(bucket, named);
        }
        if (request.buckets().isEmpty()) {
            for (Map.Entry<Path, Set<String>> folder : named.entrySet()) {
                strays(folder.getKey(), folder.getValue());
            }
        }
    }

    /** A folder below the snapshot's, whatever is to be in it. */
    private Set<String> expect(Map<Path, Set<String>> named, Path folder) {
        Objects.requireNonNull(named.get(snapshot)).add(fileName(folder));
        return named.computeIfAbsent(folder, _ -> new TreeSet<>());
    }

    /** Something in such a folder. A certificate may call a bucket anything: what would lie elsewhere is not looked for. */
    private void expectIn(Map<Path, Set<String>> named, Path file) {
        Path folder = Durable.folderOf(file);
        if (snapshot.equals(folder.getParent())) {
            expect(named, folder).add(fileName(file));
        }
    }

    /** The name orders the snapshots; it may be some seconds later, where several runs began in one. */
    private void checkTime(String name) {
        String earliest = Layout.name(certificate.startedAt());
        String latest = Layout.name(certificate.startedAt().plus(MOST_LATER));
        if (name.compareTo(earliest) < 0 || name.compareTo(latest) > 0) {
            problem(
                    Kind.CERTIFICATE,
                    "run.json",
                    "it says that its run began at %s, which is not what the folder is called"
                            .formatted(certificate.startedAt().truncatedTo(ChronoUnit.SECONDS)));
        }
    }

    private void expect(Certificate.Bucket bucket, Map<Path, Set<String>> named) {
        if (request.covers(bucket.name())) {
            findings.begin(bucket.name());
            for (String problem : bucket.problems()) {
                findings.problem(Kind.EQUATION, bucket.name(), null, null, problem);
            }
        }
        if (bucket.manifest() != null) {
            expectIn(named, Layout.tree(snapshot, bucket.name()));
            expectIn(named, Layout.manifest(snapshot, bucket.name()));
            expectIn(named, Layout.index(snapshot, bucket.name()));
        }
        if (bucket.failuresFile() != null) {
            Path failures = Layout.failures(snapshot, bucket.name());
            expectIn(named, failures);
            if (request.covers(bucket.name()) && !Files.isRegularFile(failures, LinkOption.NOFOLLOW_LINKS)) {
                findings.problem(
                        Kind.MISSING,
                        bucket.name(),
                        null,
                        null,
                        "the list of failures %s is gone".formatted(bucket.failuresFile()));
            }
        }
    }

    private void strays(Path folder, Set<String> named) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (!named.contains(fileName(child))) {
                    problem(
                            Kind.STRAY,
                            snapshot.relativize(child).toString(),
                            "the certificate knows nothing that is called so here");
                }
            }
        }
    }

    private void problem(Kind kind, String path, String detail) {
        findings.problem(kind, null, null, path, detail);
    }

    private static String fileName(Path file) {
        return file.getFileName().toString();
    }
}
