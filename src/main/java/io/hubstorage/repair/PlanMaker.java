package io.hubstorage.repair;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Adds up a plan, and what its digest is made of. For one thread. */
final class PlanMaker {
    private final RepairMessage.Request request;
    private final MessageDigest digest = Sha256.digest();
    private final Map<RepairPlan.Source, Tally> sources = new EnumMap<>(RepairPlan.Source.class);
    private final List<RepairPlan.Item> items = new ArrayList<>();
    private Tally damaged = Tally.ZERO;
    private Tally lost = Tally.ZERO;

    /** What somebody agrees to. Where exactly the bytes lie, and which snapshots share the file, each backup may change. */
    private record Agreed(String bucket, String key, long size, String damage, RepairPlan.Source source) {}

    PlanMaker(RepairMessage.Request request) {
        this.request = request;
        include(request);
    }

    private void include(Record part) {
        try {
            digest.update(BusJson.mapper().writeValueAsBytes(part));
            digest.update((byte) '\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(RepairPlan.Item item) {
        include(new Agreed(item.bucket(), item.key(), item.size(), item.damage(), item.source()));
        Tally file = Tally.of(item.size());
        damaged = damaged.plus(file);
        if (item.source() == RepairPlan.Source.NONE) {
            lost = lost.plus(file);
        } else {
            sources.merge(item.source(), file, Tally::plus);
        }
        if (items.size() < RepairPlan.SHOWN) {
            items.add(item);
        }
    }

    RepairPlan made(Instant now) {
        return new RepairPlan(
                now, request, damaged, sources, lost, items, HexFormat.of().formatHex(digest.digest()));
    }
}
