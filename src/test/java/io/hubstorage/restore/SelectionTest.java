package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.RestoreKit.Item;
import io.hubstorage.testkit.Examples;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SelectionTest extends RestoreKitTest {
    private static final String[] PIECES = {"a", "b", "/", "!", "\uE000", "\ud83d\ude00"};

    @Test
    void prefixesAndKeysReachWhatTheyHoldAndNothingElse() {
        SortedMap<String, Item> items = RestoreKit.items();
        SplittableRandom keys = new SplittableRandom(42);
        for (int i = 0; i < 400; i++) {
            items.put(text(keys, 1 + keys.nextInt(6)), Item.of("x"));
        }
        String name = kit.snapshot(RestoreKit.SAVED, Map.of("photos", items));
        SnapshotReader snapshot = new SnapshotReader(name, kit.data.resolve(name), false);
        qt().withExamples(Examples.upTo(300)).forAll(longs().all()).checkAssert(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> prefixes = texts(random);
            List<String> whole = texts(random);
            RestoreRequest request = BusJson.request(
                    new JsonObject().put("prefixes", new JsonArray(prefixes)).put("keys", new JsonArray(whole)),
                    RestoreRequest.class);
            Selection selection = new Selection(snapshot, List.of("photos"), request, null);

            List<String> expected = items.keySet().stream()
                    .filter(key -> (prefixes.isEmpty() && whole.isEmpty())
                            || whole.contains(key)
                            || prefixes.stream().anyMatch(key::startsWith))
                    .toList();
            assertThat(selected(selection)).isEqualTo(expected);
            assertThat(items.keySet().stream().filter(selection::reaches).toList())
                    .isEqualTo(expected);
        });
    }

    private static List<String> selected(Selection selection) {
        List<String> keys = new ArrayList<>();
        try (Selection.Entries entries = selection.entries("photos", selection.spans())) {
            for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
                keys.add(entry.key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    private static List<String> texts(SplittableRandom random) {
        List<String> texts = new ArrayList<>();
        for (int count = random.nextInt(5); count > 0; count--) {
            texts.add(text(random, 1 + random.nextInt(3)));
        }
        return texts;
    }

    private static String text(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
