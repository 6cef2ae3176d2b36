package io.hubstorage.config;

import io.hubstorage.config.HubConfig.BucketSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A configuration as {@code config.json} says it. */
final class ConfigRenderer {
    private ConfigRenderer() {}

    static JsonObject render(HubConfig config) {
        JsonObject json = new JsonObject().put("s3_buckets", buckets(config));
        if (config.dynamicBuckets()) {
            json.put("use_dynamic_buckets", true);
        }
        putIfPresent(json, "local_base_path", config.localBasePath());
        putIfPresent(json, "aws_profile", config.awsProfile());
        return json.put("sync_options", syncOptions(config.syncOptions()))
                .put("logging", logging(config.logging()))
                .put("automation", automation(config.automation()))
                .put(
                        "guards",
                        new JsonObject()
                                .put("max_shrink_percent", plain(config.guards().maxShrinkPercent())))
                .put(
                        "verify",
                        new JsonObject()
                                .put("presence_hours", plain(config.verify().presenceHours())))
                .put(
                        "transfer",
                        new JsonObject()
                                .put(
                                        "max_concurrent_requests",
                                        config.transfer().maxConcurrentRequests()));
    }

    private static JsonArray buckets(HubConfig config) {
        JsonArray array = new JsonArray();
        for (BucketSpec bucket : config.buckets()) {
            JsonObject json = new JsonObject().put("name", bucket.name());
            if (!bucket.prefix().isEmpty()) {
                json.put("prefix", bucket.prefix());
            }
            if (bucket.requestPayer()) {
                json.put("request_payer", true);
            }
            array.add(json.size() == 1 ? bucket.name() : json);
        }
        return array;
    }

    private static JsonObject syncOptions(HubConfig.SyncOptions options) {
        JsonObject json = new JsonObject()
                .put("delete", options.delete())
                .put("exclude_patterns", new JsonArray(options.excludePatterns()))
                .put("include_patterns", new JsonArray(options.includePatterns()))
                .put("storage_class", options.storageClass())
                .put("sse", options.sse());
        return options.requestPayer() ? json.put("request_payer", true) : json;
    }

    private static JsonObject logging(HubConfig.Logging logging) {
        JsonObject json = new JsonObject().put("level", logging.level());
        putIfPresent(json, "file", logging.file());
        return json.put("max_size_mb", logging.maxSizeMb()).put("backup_count", logging.backupCount());
    }

    private static JsonObject automation(HubConfig.Automation automation) {
        return new JsonObject()
                .put("enabled", automation.enabled())
                .put("interval_hours", plain(automation.intervalHours()))
                .put("cron", automation.cron())
                .put("time_zone", automation.timeZone())
                .put("max_retries", automation.maxRetries())
                .put("retry_delay_minutes", plain(automation.retryDelayMinutes()));
    }

    private static void putIfPresent(JsonObject json, String key, @Nullable String value) {
        if (value != null) {
            json.put(key, value);
        }
    }

    /** 6 rather than 6.0. */
    private static Number plain(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
            return (int) value;
        }
        return value;
    }
}
