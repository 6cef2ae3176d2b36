package io.hubstorage.backup;

import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.HubConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which buckets a run covers, and which of the last snapshot stay in the next one although it does not. */
final class BucketSelection {
    private static final Logger LOG = LoggerFactory.getLogger(BucketSelection.class);

    /** Asks the S3 of each account which buckets there are; blocking. */
    @FunctionalInterface
    interface Discovery {
        S3Message.Buckets buckets() throws RunStoppedException, InterruptedException;
    }

    private final HubConfig config;
    private final List<String> only;
    private final @Nullable String schedule;
    private final Discovery discovery;
    private List<S3Message.Undiscovered> undiscovered = List.of();

    /**
     * @param only only these buckets; empty for all
     * @param schedule that the run is for, if any; {@link SchedulerMessage#MAIN} is for those that no other one names
     */
    BucketSelection(HubConfig config, List<String> only, @Nullable String schedule, Discovery discovery) {
        this.config = config;
        this.only = only;
        this.schedule = schedule;
        this.discovery = discovery;
    }

    /**
     * The buckets to copy, in the order of the configuration; none where all that are found have a schedule of their own. Those of the
     * last snapshot whose account did not tell which buckets it has are among them: whether they can be copied is for each of them to
     * show.
     *
     * @param unnamedHasKeys whether the environment has keys or a profile; else it may name no account, where others have names
     */
    List<HubConfig.BucketSpec> resolve(Collection<String> ofLastSnapshot, boolean unnamedHasKeys)
            throws RunStoppedException, InterruptedException {
        if (schedule != null && !only.isEmpty()) {
            // They are known by name: one that is not there fails by itself, and nobody need see the others.
            return only.stream().map(this::spec).toList();
        }
        List<HubConfig.BucketSpec> configured = configured(ofLastSnapshot, unnamedHasKeys);
        if (SchedulerMessage.MAIN.equals(schedule) && !configured.isEmpty()) {
            Set<String> apart = config.scheduledApart();
            List<HubConfig.BucketSpec> left = configured.stream()
                    .filter(bucket -> !apart.contains(bucket.name()))
                    .toList();
            return discovered(left);
        }
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
                    FailureCause.CONFIGURATION,
                    "no such bucket: %s. Known are: %s%s"
                            .formatted(String.join(", ", unknown), names(configured), whatIsNotKnown()));
        }
        if (!only.isEmpty()) {
            undiscovered = List.of();
        }
        if (discovered(chosen).isEmpty()) {
            throw new RunStoppedException(
                    FailureCause.CONFIGURATION,
                    config.selection().dynamic()
                            ? "these credentials see no bucket; name the buckets in s3_buckets"
                            : "no bucket is configured; name some in s3_buckets or set use_dynamic_buckets");
        }
        return chosen;
    }

    /** These buckets; none only where every account has told which it has. */
    private List<HubConfig.BucketSpec> discovered(List<HubConfig.BucketSpec> buckets) throws RunStoppedException {
        if (buckets.isEmpty() && !undiscovered.isEmpty()) {
            throw new RunStoppedException(
                    FailureCause.DISCOVERY, "the buckets could not be discovered" + whatIsNotKnown());
        }
        return buckets;
    }

    /** The accounts, of those that the run covers, that did not tell which buckets they have. Call after {@link #resolve}. */
    List<S3Message.Undiscovered> undiscovered() {
        return undiscovered;
    }

    private String whatIsNotKnown() {
        return undiscovered.stream()
                .map(account -> "; %s: %s".formatted(account.buckets(), account.error()))
                .collect(Collectors.joining());
    }

    private List<HubConfig.BucketSpec> configured(Collection<String> ofLastSnapshot, boolean unnamedHasKeys)
            throws RunStoppedException, InterruptedException {
        if (!config.selection().dynamic()) {
            return config.selection().buckets();
        }
        List<HubConfig.BucketSpec> all = new ArrayList<>(config.selection().buckets());
        config.scheduledApart().forEach(name -> add(name, true, all));
        S3Message.Buckets found = discovery.buckets();
        found.buckets().forEach(bucket -> add(bucket.name(), bucket.isCalledByItsAccount(), all));
        undiscovered = found.undiscovered().stream()
                .filter(account -> account.account() != null
                        || unnamedHasKeys
                        || config.needsUnnamedAccount()
                        || ofLastSnapshot.stream().anyMatch(account::mayHave))
                .toList();
        for (S3Message.Undiscovered account : undiscovered) {
            LOG.warn("the buckets {} could not be discovered: {}", account.buckets(), account.error());
            ofLastSnapshot.stream().filter(account::mayHave).forEach(name -> add(name, true, all));
        }
        return all;
    }

    private HubConfig.BucketSpec spec(String name) {
        return config.selection().named(name).orElseGet(() -> new HubConfig.BucketSpec(name, ""));
    }

    private static void add(String name, boolean credible, List<HubConfig.BucketSpec> all) {
        if (!credible || !HubConfig.BucketSpec.isName(name)) {
            LOG.warn("the server names a bucket that cannot be one, so it is left out: {}", name);
        } else if (all.stream().noneMatch(bucket -> bucket.name().equals(name))) {
            all.add(new HubConfig.BucketSpec(name, ""));
        }
    }

    /**
     * Of the last snapshot's buckets, those that stay: the configured ones, and with discovery all of them, because a bucket
     * that is not seen any more may only be hidden from these credentials. One taken out of the configuration goes, but
     * not by a run that somebody asked for certain buckets only.
     */
    List<HubConfig.BucketSpec> leftOut(Collection<String> ofLastSnapshot) {
        boolean someByHand = schedule == null && !only.isEmpty();
        return ofLastSnapshot.stream()
                .filter(name -> someByHand
                        || config.selection().dynamic()
                        || config.selection().named(name).isPresent())
                .map(this::spec)
                .toList();
    }

    private static String names(List<HubConfig.BucketSpec> buckets) {
        return String.join(
                ", ", buckets.stream().map(HubConfig.BucketSpec::name).toList());
    }
}
