package io.hubstorage.demo;

import io.hubstorage.testkit.EmbeddedS3;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What the demo's buckets hold, and how it changes: the same at every start, for one seed. Not safe for threads. */
final class DemoData {
    static final String PHOTOS = "photos";
    static final String DOCUMENTS = "documents";
    static final String ODD_NAMES = "odd-names";
    static final List<String> BUCKETS = List.of(PHOTOS, DOCUMENTS, ODD_NAMES);

    private static final int PHOTO_COUNT = 40;
    private static final int DOCUMENT_COUNT = 400;
    private static final int SMALLEST_PHOTO = 50 * 1024;
    private static final int LARGEST_PHOTO = 8 * 1024 * 1024;
    private static final List<String> TEAMS = List.of("accounts", "design", "legal", "people", "research");
    private static final List<String> KINDS = List.of("minutes", "report", "plan", "invoice", "draft");
    private static final List<String> WORDS = List.of(
            "snapshot",
            "of",
            "the",
            "harbour",
            "seven",
            "green",
            "letters",
            "arrive",
            "before",
            "noon",
            "and",
            "nobody",
            "counts",
            "them",
            "twice",
            "while",
            "rain",
            "falls",
            "on",
            "quiet",
            "roofs",
            "a",
            "lamp",
            "burns",
            "late");

    /** Names that are trouble elsewhere; this S3 refuses keys that begin with a slash or hold two dots in a row. */
    private static final List<String> ODD = List.of(
            "spaces in the name.txt",
            " leading and trailing space ",
            "100%.txt",
            "percent%20encoded%2Fslash.txt",
            "plus+and=equals&ampersand.txt",
            "\"double\" 'single' `back`.txt",
            "question?mark#hash.txt",
            "back\\slash.txt",
            "semi;colon|pipe<less>greater*star.txt",
            "trailing dot.",
            ".hidden/.also hidden",
            "con.txt",
            "Übergröße/Käse & Brötchen.txt",
            "français/élève à l'école.txt",
            "日本語/東京/報告書.txt",
            "العربية/مرحبا.txt",
            "emoji/🎉 party 🚀.txt",
            "emoji/👩‍👩‍👧‍👦 family.txt",
            "composed/é.txt",
            "decomposed/e\u0301.txt",
            "Case/readme.txt",
            "case/README.txt",
            "an/empty/object",
            "deep/" + "level/".repeat(24) + "bottom.txt",
            "a name that goes on " + "and on ".repeat(30) + ".txt");

    private final EmbeddedS3 s3;
    private final Random random;
    private final TreeMap<String, List<String>> keys = new TreeMap<>();
    private Executor uploader = Runnable::run;
    private int serial;

    DemoData(EmbeddedS3 s3, long seed) {
        this.s3 = s3;
        this.random = new Random(seed);
    }

    /** Creates and fills the buckets. */
    void fill() {
        for (String bucket : BUCKETS) {
            s3.createBucket(bucket);
        }
        // The bodies are drawn one after the other, so that they are the same at every start; only the waiting
        // overlaps.
        try (ExecutorService uploads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> running = new ArrayList<>();
            uploader = task -> running.add(CompletableFuture.runAsync(task, uploads));
            for (int i = 0; i < PHOTO_COUNT; i++) {
                addPhoto();
            }
            for (int i = 0; i < DOCUMENT_COUNT; i++) {
                addDocument();
            }
            for (String key : ODD) {
                put(ODD_NAMES, key, key.endsWith("empty/object") ? new byte[0] : text("The key is: " + key));
            }
            CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new))
                    .join();
        }
        uploader = Runnable::run;
    }

    /** Adds, changes and deletes a few objects; returns what it did, for people. */
    String change() {
        int changed = 1 + random.nextInt(4);
        for (int i = 0; i < changed; i++) {
            String key = pick(DOCUMENTS);
            put(DOCUMENTS, key, text("Revised " + ++serial));
        }
        List<String> done =
                new ArrayList<>(List.of(changed == 1 ? "1 document changed" : changed + " documents changed"));
        if (random.nextInt(3) > 0) {
            done.add("new photo " + addPhoto());
        }
        if (random.nextInt(2) == 0) {
            done.add("new document " + addDocument());
        }
        if (random.nextInt(3) == 0) {
            String key = pick(ODD_NAMES);
            put(ODD_NAMES, key, text("The key is: " + key + ", revised " + ++serial));
            done.add("changed \"" + key + "\"");
        }
        for (String bucket : List.of(PHOTOS, DOCUMENTS)) {
            int full = bucket.equals(PHOTOS) ? PHOTO_COUNT : DOCUMENT_COUNT;
            // Now and then, and whenever it grew: the server keeps everything in memory.
            if (size(bucket) > full + 5 || (size(bucket) > full && random.nextInt(2) == 0)) {
                done.add("deleted " + delete(bucket));
            }
        }
        return String.join(", ", done);
    }

    /** Adds so many photos at once. */
    void addPhotos(int many) {
        for (int i = 0; i < many; i++) {
            addPhoto();
        }
    }

    /** The keys that a bucket should hold now. */
    List<String> keys(String bucket) {
        return List.copyOf(keysOf(bucket));
    }

    private String addPhoto() {
        String key = "2026/%02d/IMG_%04d.raw".formatted(1 + random.nextInt(12), ++serial);
        // Evenly spread on a logarithmic scale: many small ones, a few large ones.
        double size = SMALLEST_PHOTO * Math.pow((double) LARGEST_PHOTO / SMALLEST_PHOTO, random.nextDouble());
        byte[] body = new byte[(int) size];
        random.nextBytes(body);
        put(PHOTOS, key, body);
        return key;
    }

    private String addDocument() {
        String key = "%s/%d/%s-%04d.txt".formatted(of(TEAMS), 2020 + random.nextInt(7), of(KINDS), ++serial);
        put(DOCUMENTS, key, text("Document " + serial));
        return key;
    }

    private String delete(String bucket) {
        List<String> known = keysOf(bucket);
        String key = known.remove(random.nextInt(known.size()));
        s3.delete(bucket, key);
        return key;
    }

    private void put(String bucket, String key, byte[] body) {
        List<String> known = keysOf(bucket);
        if (!known.contains(key)) {
            known.add(key);
        }
        uploader.execute(() -> s3.put(bucket, key, body));
    }

    private String pick(String bucket) {
        return of(keysOf(bucket));
    }

    private int size(String bucket) {
        return keysOf(bucket).size();
    }

    private List<String> keysOf(String bucket) {
        return keys.computeIfAbsent(bucket, ignored -> new ArrayList<>());
    }

    private byte[] text(String title) {
        StringBuilder text = new StringBuilder(title).append("\n\n");
        int sentences = 10 + random.nextInt(200);
        for (int i = 0; i < sentences; i++) {
            String first = of(WORDS);
            text.append(first.substring(0, 1).toUpperCase(Locale.ROOT)).append(first.substring(1));
            for (int word = 4 + random.nextInt(9); word > 0; word--) {
                text.append(' ').append(of(WORDS));
            }
            text.append(i % 5 == 4 ? ".\n" : ". ");
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private String of(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
