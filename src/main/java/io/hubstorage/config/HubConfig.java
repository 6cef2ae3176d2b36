package io.hubstorage.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.BusJson;
import io.vertx.core.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code config.json}, validated, as {@link ConfigParser} reads it; members are named as in {@code conf/config.schema.json},
 * which also has their meanings, and absent ones have been given their defaults. Holds no secret.
 */
public record HubConfig(
        @JsonUnwrapped Selection selection,
        SyncOptions syncOptions,
        Logging logging,
        Automation automation,
        Guards guards,
        Verify verify,
        Transfer transfer,
        Restore restore,
        Retention retention,
        Replication replication,
        Compression compression,
        @JsonProperty("notify") Notify notifications,
        List<HookConfig> hooks,
        PublicStatus publicStatus,
        @JsonUnwrapped Overruled overruled) {

    /** The same but for these members, named and nested as in the file. */
    public HubConfig with(JsonObject members) {
        return BusJson.decode(BusJson.encode(this).mergeIn(members, true), HubConfig.class);
    }

    public boolean requestPayer(String bucket) {
        return syncOptions.requestPayer()
                || selection.named(bucket).filter(BucketSpec::requestPayer).isPresent();
    }

    /** The schedules of their own that some buckets have, each with those that are backed up at all; at least one. */
    public List<Schedule> schedules() {
        Set<String> known = Set.copyOf(selection.names());
        return automation.schedules().stream()
                .map(each -> new Schedule(
                        each.name(),
                        each.intervalHours(),
                        each.cron(),
                        each.buckets().stream()
                                .filter(bucket -> selection.dynamic() || known.contains(bucket))
                                .toList()))
                .filter(each -> !each.buckets().isEmpty())
                .toList();
    }

    /** The buckets that have a schedule of their own. */
    public Set<String> scheduledApart() {
        return schedules().stream()
                .flatMap(schedule -> schedule.buckets().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Whether nothing works without the account that the environment names: there is no other, or a bucket is of it that is
     * configured or has a schedule.
     */
    public boolean needsUnnamedAccount() {
        return selection.accounts().isEmpty()
                || Stream.concat(selection.names().stream(), scheduledApart().stream())
                        .anyMatch(name -> BucketName.parse(name).account() == null);
    }

    /** How fast bodies may come from S3 at a moment; null for as fast as they do. */
    public @Nullable BandwidthLimit bandwidthLimit(Instant now) {
        return transfer.limits().isEmpty() ? null : new BandwidthTimetable(transfer.limits(), zone()).at(now);
    }

    /** Whether files may be read at that moment only to prove them. */
    public boolean mayVerify(Instant now) {
        return verify.hours()
                .map(hours -> hours.holdsAt(now.atZone(zone()).toLocalTime()))
                .orElse(true);
    }

    /** When the hours for that begin again; empty where every hour is one of them. */
    public Optional<Instant> nextVerify(Instant after) {
        return verify.hours().map(hours -> hours.next(after, zone()));
    }

    /** Whether only critical messages may go out at that moment. */
    public boolean isQuiet(Instant now) {
        QuietHours hours = notifications.quietHours();
        return hours != null
                && new TimeWindow(hours.from(), hours.to())
                        .holdsAt(now.atZone(zone()).toLocalTime());
    }

    /** Whose clocks and days count. */
    public ZoneId zone() {
        String zone = automation.timeZone();
        return zone == null ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    /**
     * Which buckets are copied.
     *
     * @param dynamic every bucket found, too, by {@code use_dynamic_buckets} or {@code ["*"]}
     * @param accounts the further ones, by name; the one that the environment names is not among them
     */
    public record Selection(
            @JsonProperty("s3_buckets") List<BucketSpec> buckets,
            @JsonProperty("use_dynamic_buckets") boolean dynamic,

            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Account> accounts) {
        /** Keeps the order of the accounts, which may be absent. */
        public Selection {
            accounts = Collections.unmodifiableMap(new LinkedHashMap<>(accounts == null ? Map.of() : accounts));
        }

        /** Without further accounts. */
        public Selection(List<BucketSpec> buckets, boolean dynamic) {
            this(buckets, dynamic, Map.of());
        }

        /** Means "needs set-up". */
        @JsonIgnore
        public boolean isEmpty() {
            return buckets.isEmpty() && !dynamic;
        }

        /** The buckets as they are called everywhere. */
        public List<String> names() {
            return buckets.stream().map(BucketSpec::name).toList();
        }

        public Optional<BucketSpec> named(String name) {
            return buckets.stream().filter(spec -> spec.name().equals(name)).findFirst();
        }
    }

    /**
     * Of old files; the environment wins.
     *
     * @param awsProfile {@code AWS_PROFILE} wins
     * @param localBasePath {@code HUBSTORAGE_DATA_PATH} wins; ask {@link ConfigStore#dataPath} for what holds
     */
    public record Overruled(
            @Nullable String awsProfile, @Nullable String localBasePath) {}

    /**
     * A further S3 account, beside the one that the environment names.
     *
     * @param envPrefix what the names of its variables begin with; when absent, its name in capitals
     * @param region when absent, what its variables say
     * @param endpoint likewise; AWS itself where they say nothing
     * @param profile likewise; wins over keys in its variables
     * @param pathStyle bucket names in the path; when absent, wherever there is an endpoint
     */
    public record Account(
            @Nullable String envPrefix,
            @Nullable String region,
            @Nullable String endpoint,
            @Nullable String profile,
            @Nullable Boolean pathStyle) {}

    /**
     * A bucket.
     *
     * @param bucket its name in S3; everybody but who chooses the client goes by {@link #name}
     * @param account that it is of, one of {@link Selection#accounts}; absent for the one that the environment names
     * @param prefix what its keys must begin with; empty for all
     * @param requestPayer whether we agree to pay for the requests, which some buckets of others demand; see
     *     {@link SyncOptions#requestPayer}
     * @param retention how long its snapshots are kept; absent where that is as for all others
     */
    public record BucketSpec(
            @JsonProperty("name") String bucket,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String account,

            String prefix,
            boolean requestPayer,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Keep retention) {
        /** Rules that say nothing are none. */
        public BucketSpec {
            retention = retention == null || retention.isEmpty() ? null : retention;
        }

        /** One without rules of its own. */
        public BucketSpec(String bucket, @Nullable String account, String prefix, boolean requestPayer) {
            this(bucket, account, prefix, requestPayer, null);
        }

        /** The one that is called so everywhere, see {@link BucketName}. */
        public BucketSpec(String name, String prefix, boolean requestPayer) {
            this(BucketName.parse(name).bucket(), BucketName.parse(name).account(), prefix, requestPayer);
        }

        public BucketSpec(String name, String prefix) {
            this(name, prefix, false);
        }

        /** What it is called everywhere. */
        public String name() {
            return new BucketName(bucket, account).toString();
        }

        /**
         * Whether a bucket can be called so: by S3's rules of today and those of older buckets and other servers, with its account
         * where that has a name; such a name is also safe as the name of a folder.
         */
        public static boolean isName(String text) {
            return ConfigSchema.isBucketName(BucketName.inS3(text));
        }
    }

    /**
     * What is copied.
     *
     * @param delete whether a key gone from S3 is absent from the next snapshot; else it is carried on
     * @param excludePatterns AWS CLI patterns, applied first
     * @param includePatterns AWS CLI patterns, applied after; the last match wins
     * @param storageClass for what is written to S3 (restore); no effect on a backup
     * @param sse likewise
     * @param requestPayer whether we agree to pay for the requests in every bucket that demands it
     */
    public record SyncOptions(
            boolean delete,
            List<String> excludePatterns,
            List<String> includePatterns,
            @Nullable String storageClass,
            boolean sse,
            boolean requestPayer) {}

    /** Log level and rotation. {@code file} is absent when the default place is meant. */
    public record Logging(String level, @Nullable String file, int maxSizeMb, int backupCount) {}

    /**
     * The schedule.
     *
     * @param intervalHours from the start of one run to the start of the next; fractions count
     * @param cron a five-field Unix expression that replaces the interval
     * @param timeZone of {@code cron} and of the limits by time of day; the system's when absent
     * @param maxRetries further attempts after the first
     * @param schedules of their own for some buckets, and this one is for the others; ask {@link HubConfig#schedules}
     */
    public record Automation(
            boolean enabled,
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone,
            int maxRetries,
            double retryDelayMinutes,
            List<Schedule> schedules) {}

    /**
     * When some buckets are backed up.
     *
     * @param name unique, and not that of the schedule of all others
     * @param intervalHours as in {@link Automation}
     * @param cron replaces the interval; by the same time zone
     * @param buckets that are in no other schedule
     */
    public record Schedule(
            String name,
            @Nullable Double intervalHours,
            @Nullable String cron,
            List<String> buckets) {}

    /** A bucket that lost more than this since the last snapshot raises an alarm. */
    public record Guards(double maxShrinkPercent) {}

    /**
     * How the copies on the disk are watched.
     *
     * @param presenceHours where looking at every file of the newest snapshot (name, size, time) takes long, it is done once
     *     in so many hours; elsewhere each run does it
     * @param drillDays how often a drill is held; 0 for never
     * @param drillTo {@code s3://bucket/prefix} for drills, below which they make a prefix of their own; absent for a folder in the
     *     data folder
     * @param cycleDays how long after the begin of one cycle of proofs the next begins, in which every file is read once; 0 for never
     * @param window the hours in which that is done, as {@code 22:00-06:00}; absent for all. Ask {@link HubConfig#mayVerify}
     * @param maxMbPerSecond how fast, in million bytes
     * @param repair what becomes of what a verification found damaged
     * @param repairLimit damaged files that are repaired without asking; with more nothing is, and an alarm is raised
     */
    public record Verify(
            double presenceHours,
            double drillDays,
            @Nullable String drillTo,
            double cycleDays,
            @Nullable String window,
            double maxMbPerSecond,
            Repair repair,
            int repairLimit) {
        private static final double MILLION = 1e6;

        private Optional<TimeWindow> hours() {
            return Optional.ofNullable(window).map(TimeWindow::parse);
        }

        public double bytesPerSecond() {
            return maxMbPerSecond * MILLION;
        }
    }

    /** What becomes of damaged files; in JSON in lower case. */
    public enum Repair {
        /** They stay as they are. */
        OFF,
        /** A person looks at the plan and starts it. */
        ASK,
        /** They are repaired when the verification has ended that found them. */
        AUTO
    }

    /**
     * How much S3 is asked for at once.
     *
     * @param maxConcurrentRequests requests for objects that may be under way at the same time, over all buckets; as many of
     *     them as the server answers in good time are used
     * @param limits how fast bodies may come at which hours; where several hold the lowest counts, where none does there is no
     *     limit. Ask {@link HubConfig#bandwidthLimit} for what holds
     */
    public record Transfer(int maxConcurrentRequests, List<Limit> limits) {}

    /**
     * What becomes of old snapshots.
     *
     * @param minFreePercent what the data folder's disk is to have free; below it, what was removed cannot be undone any more. 0 for
     *     no such bound
     * @param undoHours how long what was removed can be brought back
     */
    public record Retention(boolean enabled, @JsonUnwrapped Keep keep, double minFreePercent, double undoHours) {}

    /**
     * How many snapshots are kept: of each rule that many, and what one of them keeps stays.
     *
     * @param keepLast the newest ones, whenever they were made
     * @param hourly the newest of each of so many hours that have one; likewise the others
     * @param within all that are not older than this, {@code 1y6m}; absent for no such rule
     */
    public record Keep(
            int keepLast,
            int hourly,
            int daily,
            int weekly,
            int monthly,
            int yearly,
            @Nullable String within) {
        private static final Pattern LENGTH =
                Pattern.compile("(?:(?<y>\\d+)y)?(?:(?<m>\\d+)m)?(?:(?<w>\\d+)w)?(?:(?<d>\\d+)d)?(?:(?<h>\\d+)h)?");

        /** Whether nothing is kept by it. */
        @JsonIgnore
        public boolean isEmpty() {
            return within == null && keepLast + hourly + daily + weekly + monthly + yearly == 0;
        }

        /** The moment so long before another as {@link #within} says, by the calendar; that moment itself where it says nothing. */
        public ZonedDateTime withinBefore(ZonedDateTime time) {
            Matcher parts = LENGTH.matcher(within == null ? "" : within);
            if (!parts.matches()) {
                throw new IllegalArgumentException("not a length of time: " + within);
            }
            return time.minusYears(number(parts.group("y")))
                    .minusMonths(number(parts.group("m")))
                    .minusWeeks(number(parts.group("w")))
                    .minusDays(number(parts.group("d")))
                    .minusHours(number(parts.group("h")));
        }

        private static int number(@Nullable String digits) {
            return digits == null ? 0 : Integer.parseInt(digits);
        }
    }

    /**
     * Who makes files small on the disk.
     *
     * @param patterns of the keys whose files are compressed, AWS CLI patterns; for {@link Mode#FILES}
     * @param level of zstd; likewise
     */
    public record Compression(Mode mode, List<String> patterns, int level) {
        /** In JSON in lower case. */
        public enum Mode {
            /** The file system, if it is set so: every file is what its object is. */
            FILESYSTEM,
            /** New files whose keys match are stored compressed, where that spares space. */
            FILES,
            /** Nobody, and nobody says anything about it. */
            OFF
        }
    }

    /**
     * The second copy of the data folder.
     *
     * @param to its folder, a whole path; absent where there is none
     * @param intervalDays how often it is brought up to date; 0 for not by itself
     * @param afterBackup whether each backup that has ended is followed by it
     * @param maxMbPerSecond 1,000,000 bytes a second each; 0 for no limit
     * @param prune whether snapshots that the data folder has no more go from the copy, too
     */
    public record Replication(
            @Nullable String to, double intervalDays, boolean afterBackup, double maxMbPerSecond, boolean prune) {
        /**
         * The folder that such a text means, {@code ~/} included: the same one however it is spelled.
         *
         * @throws IllegalArgumentException when it is no whole path of this system
         */
        public static Path folder(String to) {
            String text = to.strip();
            Path folder;
            try {
                folder = text.startsWith("~/")
                        ? Path.of(System.getProperty("user.home"), text.substring(1))
                        : Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("to is no path of this system.", e);
            }
            if (!folder.isAbsolute()) {
                throw new IllegalArgumentException("to must be a whole path, as /mnt/usb/hubstorage.");
            }
            return folder.normalize();
        }

        /** The one that {@link #to} means; empty where there is none, or it is no whole path of this system. */
        public Optional<Path> folder() {
            try {
                return Optional.ofNullable(to).map(Replication::folder);
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }
    }

    /**
     * Who is told what.
     *
     * @param reminderHours how often somebody is told again of what is not over; 0 for never
     * @param maxPerHour of each channel
     * @param quietHours when only critical messages go out; absent for never. Ask {@link HubConfig#isQuiet}
     * @param digest when the week is told in numbers; absent for never
     * @param publicUrl where the dashboard can be reached, for links in messages; absent where they have none
     */
    public record Notify(
            List<ChannelConfig> channels,
            double reminderHours,
            int maxPerHour,
            @Nullable QuietHours quietHours,
            @Nullable Digest digest,
            @Nullable String publicUrl) {}

    /**
     * What everybody may see of how things stand, without a login.
     *
     * @param lastSuccess whether they see when the last good backup was
     * @param nextRun whether they see when the next one is to begin
     */
    public record PublicStatus(boolean enabled, String title, Shown buckets, boolean lastSuccess, boolean nextRun) {
        /** What they see of the buckets; in JSON in lower case. */
        public enum Shown {
            /** Nothing. */
            NONE,
            /** How many there are, and how many are safe. */
            COUNT,
            /** Each by name. */
            NAMES
        }
    }

    /** Hours by the clocks of {@link #zone}, which may pass midnight. */
    public record QuietHours(
            @JsonFormat(pattern = "HH:mm") LocalTime from,
            @JsonFormat(pattern = "HH:mm") LocalTime to) {}

    /** A moment of the week, by the clocks of {@link #zone}. */
    public record Digest(
            DayOfWeek day, @JsonFormat(pattern = "HH:mm") LocalTime at) {}

    /** What a restore may do. {@code inPlace}: write into the bucket that was backed up. */
    public record Restore(boolean inPlace) {}

    /**
     * How fast bodies may come from S3 at some hours of the day, all of them together.
     *
     * @param from the first moment, by the clocks of {@link Automation#timeZone}
     * @param to the first moment after it; on the next day where that is not later than {@code from}, so that the same time
     *     twice is the whole day
     */
    public record Limit(
            @JsonFormat(pattern = "HH:mm") LocalTime from,
            @JsonFormat(pattern = "HH:mm") LocalTime to,
            double mbitPerSecond) {
        boolean holdsAt(LocalTime time) {
            return new TimeWindow(from, to).holdsAt(time);
        }
    }
}
