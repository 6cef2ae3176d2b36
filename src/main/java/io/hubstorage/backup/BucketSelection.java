package io.hubstorage.backup;

import io.hubstorage.config.HubConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which buckets a run covers, and which of the last snapshot stay in the next one although it does not. */
final class BucketSelection {
    private static final Logger LOG = LoggerFactory.getLogger(BucketSelection.class);

    /** Asks S3 which buckets there are; blocking. */
    @FunctionalInterface
    interface Discovery {
        List<String> buckets() throws RunStoppedException, InterruptedException;
    }

    private final HubConfig config;
    private final List<String> only;
    private final Discovery discovery;

    BucketSelection(HubConfig config, List<String> only, Discovery discovery) {
        this.config = config;
        this.only = only;
        this.discovery = discovery;
    }

    /** The buckets to copy, in the order of the configuration. */
    List<HubConfig.BucketSpec> resolve() throws RunStoppedException, InterruptedException {
        List<HubConfig.BucketSpec> configured = configured();
        List<HubConfig.BucketSpec> chosen = only.isEmpty()
                ? configured
                : configured.stream()
                        .filter(bucket -> only.contains(bucket.name()))
                        .toList();
        List<String> unknown = only.stream()
                .filter(name ->
                        chosen.stream().noneMatch(bucket -> bucket.name().equals(name)))
                .toList();
        if (!unknown.isEmpty()) {
            throw new RunStoppedException(
                    "no such bucket: %s. Known are: %s".formatted(String.join(", ", unknown), names(configured)));
        }
        if (chosen.isEmpty()) {
            throw new RunStoppedException(
                    config.selection().dynamic()
                            ? "these credentials see no bucket; name the buckets in s3_buckets"
                            : "no bucket is configured; name some in s3_buckets or set use_dynamic_buckets");
        }
        return chosen;
    }

    private List<HubConfig.BucketSpec> configured() throws RunStoppedException, InterruptedException {
        if (!config.selection().dynamic()) {
            return config.selection().buckets();
        }
        List<HubConfig.BucketSpec> all = new ArrayList<>(config.selection().buckets());
        for (String name : discovery.buckets()) {
            if (!HubConfig.BucketSpec.isName(name)) {
                LOG.warn("the server names a bucket that cannot be one, so it is left out: {}", name);
            } else if (all.stream().noneMatch(bucket -> bucket.name().equals(name))) {
                all.add(new HubConfig.BucketSpec(name, ""));
            }
        }
        return all;
    }

    /**
     * Of the last snapshot's buckets, those that stay: the configured ones, and with discovery all of them, because a bucket
     * that is not seen any more may only be hidden from these credentials. One taken out of the configuration goes, but
     * not by a run that was asked for certain buckets only.
     */
    List<HubConfig.BucketSpec> leftOut(Collection<String> ofLastSnapshot) {
        return ofLastSnapshot.stream()
                .filter(name -> !only.isEmpty()
                        || config.selection().dynamic()
                        || config.selection().named(name).isPresent())
                .map(name -> config.selection().named(name).orElseGet(() -> new HubConfig.BucketSpec(name, "")))
                .toList();
    }

    private static String names(List<HubConfig.BucketSpec> buckets) {
        return String.join(
                ", ", buckets.stream().map(HubConfig.BucketSpec::name).toList());
    }
}
