package io.hubstorage.web.auth;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.JobKind;
import io.hubstorage.config.OpenIdSettings;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: the least role for each route and for each address of the event bus. What has no line here may be done by
 * nobody. A line with an action is of something that changes: the audit log gets an entry of that name.
 *
 * <p>Names of keys are the viewer's, as the dashboard shows them; content of files is the operator's, as are log lines and
 * settings: somebody who only looks whether the backup is well needs no copy of what is in it.
 */
public final class Permits {
    /** Paths that everybody may see, also who has not logged in. */
    static final Set<String> OPEN = Set.of(
            "/health/live",
            LoginRoutes.LOGIN,
            LoginRoutes.LOGOUT,
            LoginRoutes.PROVIDER,
            OpenIdSettings.CALLBACK,
            // A SockJS client asks this before it connects, and can add no header to it. It says which transports there
            // are.
            "/eventbus/info",
            // Nothing is there unless the configuration wants it public.
            "/status",
            "/status.json",
            "/status/badge.svg",
            "/assets/css/status.css",
            "/assets/css/base.css",
            "/assets/css/login.css",
            "/assets/icons/favicon-idle.svg",
            "/assets/icons/favicon-safe.svg",
            "/assets/icons/favicon-late.svg",
            "/assets/icons/favicon-failing.svg",
            "/assets/icons/favicon-running.svg",
            "/assets/icons/icons.svg",
            // What devices install, and ask for by themselves: the same for everybody, and nothing of anybody's.
            "/assets/manifest.webmanifest",
            "/assets/icons/app.svg",
            "/assets/icons/app-192.png",
            "/assets/icons/app-512.png",
            "/assets/icons/app-maskable.png",
            "/assets/icons/apple-touch-icon.png",
            "/service-worker.js");

    /** Likewise, but a password or token that comes along is looked at, since there is more to see with it. */
    static final Set<String> OPEN_FOR_MORE = Set.of("/health/ready");

    private static final Map<String, Permit> ROUTES = table("""
        viewer    GET     /
        viewer    GET     /snapshots
        viewer    GET     /buckets
        viewer    GET     /buckets/:bucket
        viewer    GET     /files
        viewer    GET     /activity
        viewer    GET     /runs/:run_id/certificate
        viewer    GET     /jobs/:id
        viewer    GET     /storage
        viewer    GET     /integrity
        viewer    GET     /alerts
        viewer    GET     /runs/:run_id
        viewer    GET     /restores/:id
        operator  GET     /restore
        operator  GET     /logs
        operator  GET     /config
        admin     GET     /setup
        viewer    GET     /assets/*
        viewer    GET     /openapi.yaml
        viewer    GET     /api/config/schema
        viewer    GET     /metrics
        viewer    GET     /api/events
        viewer    *       /eventbus/*

        viewer    GET     /api/status
        viewer    GET     /api/space
        viewer    GET     /api/workers
        operator  DELETE  /api/workers/:name                   workers.forget
        operator  POST    /api/test
        operator  GET     /api/discover_buckets
        operator  GET     /api/aws_diagnostics
        viewer    GET     /api/alarms
        operator  POST    /api/alarms/:alarm_id/acknowledge    alarms.acknowledge
        viewer    GET     /api/notify/alerts
        operator  GET     /api/notify/deliveries
        operator  GET     /api/notify/channels
        operator  POST    /api/notify/test                     notify.test
        viewer    GET     /api/backup/status
        viewer    GET     /api/backup/last
        viewer    GET     /api/backup/history
        viewer    GET     /api/backup/runs/:run_id
        operator  POST    /api/backup/run                      backup.start
        operator  POST    /api/backup/cancel                   backup.cancel
        viewer    GET     /api/scheduler/status
        operator  POST    /api/scheduler/restart               scheduler.restart
        operator  POST    /api/scheduler/pause                 scheduler.pause
        viewer    GET     /api/jobs
        viewer    GET     /api/jobs/:id
        operator  POST    /api/jobs/:id/cancel                 jobs.cancel
        operator  GET     /api/logs
        operator  GET     /api/logs/files
        operator  GET     /api/logs/download
        operator  GET     /api/config
        admin     PUT     /api/config                          config.update
        admin     POST    /api/config/validate
        admin     POST    /api/config/filter-preview
        admin     GET     /api/tokens
        admin     POST    /api/tokens                          tokens.create
        admin     DELETE  /api/tokens/:id                      tokens.revoke
        admin     GET     /api/audit

        viewer    GET     /api/snapshots
        viewer    GET     /api/snapshots/:id
        viewer    GET     /api/snapshots/:id/browse
        viewer    GET     /api/snapshots/:id/diff
        viewer    GET     /api/find
        viewer    GET     /api/files/timeline
        viewer    GET     /api/files/folder
        viewer    GET     /api/files/map
        viewer    GET     /api/files/versions
        operator  GET     /api/files/diff
        viewer    GET     /api/files/folders
        operator  GET     /api/snapshots/:id/preview
        operator  GET     /api/snapshots/:id/image
        operator  GET     /api/snapshots/:id/file
        operator  GET     /api/snapshots/:id/zip
        operator  POST    /api/snapshots/:id/pin               snapshots.pin
        admin     DELETE  /api/snapshots/:id                   snapshots.delete
        viewer    GET     /api/restores
        viewer    GET     /api/restores/:id
        viewer    GET     /api/restores/:id/objects
        operator  POST    /api/restores                        restore.plan
        operator  POST    /api/restores/:id/start              restore.start
        operator  DELETE  /api/restores/:id                    restore.remove
        operator  POST    /api/drills                          drill.start
        viewer    GET     /api/verify
        operator  POST    /api/verify/start                    verify.start
        operator  POST    /api/verify/pause                    verify.pause
        viewer    GET     /api/repair
        operator  POST    /api/repair                          repair.plan
        operator  POST    /api/repair/start                    repair.start
        viewer    GET     /api/retention
        viewer    POST    /api/retention/preview
        admin     POST    /api/retention/start                 retention.start
        operator  POST    /api/retention/undo                  retention.undo
        operator  POST    /api/replications                    replication.start
        """);

    private static final Map<String, Permit> REQUESTS = table("""
        operator  hubstorage.backup.start           backup.start
        operator  hubstorage.backup.cancel          backup.cancel
        viewer    hubstorage.backup.status
        viewer    hubstorage.backup.history
        viewer    hubstorage.jobs.list
        viewer    hubstorage.jobs.get
        operator  hubstorage.jobs.cancel            jobs.cancel
        viewer    hubstorage.jobs.status
        operator  hubstorage.restore.plan           restore.plan
        operator  hubstorage.restore.start          restore.start
        operator  hubstorage.restore.cancel         restore.cancel
        viewer    hubstorage.restore.status
        viewer    hubstorage.restore.list
        viewer    hubstorage.restore.objects
        operator  hubstorage.restore.remove         restore.remove
        operator  hubstorage.drill.start            drill.start
        operator  hubstorage.verify.start           verify.start
        operator  hubstorage.verify.pause           verify.pause
        viewer    hubstorage.verify.status
        admin     hubstorage.retention.start        retention.start
        operator  hubstorage.retention.cancel       retention.cancel
        viewer    hubstorage.retention.status
        viewer    hubstorage.retention.preview
        operator  hubstorage.retention.undo         retention.undo
        operator  hubstorage.repair.plan            repair.plan
        viewer    hubstorage.repair.status
        operator  hubstorage.repair.start           repair.start
        operator  hubstorage.replication.start      replication.start
        viewer    hubstorage.scheduler.status
        operator  hubstorage.scheduler.restart      scheduler.restart
        operator  hubstorage.scheduler.pause        scheduler.pause
        operator  hubstorage.config.get
        admin     hubstorage.config.update          config.update
        admin     hubstorage.config.validate
        viewer    hubstorage.status
        viewer    hubstorage.space
        viewer    hubstorage.alarms.list
        viewer    hubstorage.workers.list
        operator  hubstorage.workers.forget         workers.forget
        operator  hubstorage.alarms.acknowledge     alarms.acknowledge
        viewer    hubstorage.notify.alerts
        operator  hubstorage.notify.deliveries
        operator  hubstorage.notify.channels
        operator  hubstorage.notify.test            notify.test
        operator  hubstorage.s3.discover
        operator  hubstorage.s3.diagnose
        admin     hubstorage.s3.filter_preview
        """);

    private static final Map<String, Permit> PUBLISHED = Stream.of(
                    table("""
                        viewer    hubstorage.scheduler.changed
                        operator  hubstorage.config.changed
                        viewer    hubstorage.status.changed
                        viewer    hubstorage.alarms.changed
                        viewer    hubstorage.verify.damaged
                        operator  hubstorage.notify.delivered
                        operator  hubstorage.log
                        """),
                    Stream.of(JobKind.values())
                            .flatMap(kind -> Stream.of(kind.started(), kind.progress(), kind.finished()))
                            .collect(toUnmodifiableMap(address -> address, _ -> new Permit(Role.VIEWER, null))))
            .flatMap(each -> each.entrySet().stream())
            .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    /**
     * What one line says.
     *
     * @param action what the audit log calls it; null where nothing changes
     */
    public record Permit(Role least, @Nullable String action) {}

    private Permits() {}

    /** By what is between the role and the action: an address, or a method and a path with one blank between them. */
    private static Map<String, Permit> table(String lines) {
        Map<String, Permit> table = new LinkedHashMap<>();
        lines.lines().filter(line -> !line.isBlank()).forEach(line -> {
            List<String> words = List.of(line.strip().split(" +", -1));
            int named = words.get(1).startsWith("hubstorage.") ? 2 : 3;
            Permit permit =
                    new Permit(Role.of(words.getFirst()).orElseThrow(), words.size() > named ? words.get(named) : null);
            if (table.put(String.join(" ", words.subList(1, named)), permit) != null) {
                throw new IllegalStateException("two lines for " + line);
            }
        });
        return table;
    }

    /** By method, or {@code *} for all of them, and path as its route has it, with one blank between them. */
    public static Map<String, Permit> routes() {
        return ROUTES;
    }

    /** What may be asked over the event bus. */
    public static Map<String, Permit> requests() {
        return REQUESTS;
    }

    /** The least role of those who may ask that: for some requests it depends on what they ask. */
    public static Role least(String address, JsonObject body) {
        Object deletes = body.getValue("delete_extra");
        // Whatever is not plainly "no": who reads it later may take a text or a number for a "yes".
        if (address.equals(Addresses.RESTORE_PLAN) && deletes != null && !deletes.equals(false)) {
            return Role.ADMIN;
        }
        return Optional.ofNullable(REQUESTS.get(address)).map(Permit::least).orElse(Role.ADMIN);
    }

    /** What may be listened to. */
    public static Map<String, Permit> published() {
        return PUBLISHED;
    }

    /** The least role of those who may hear what is published there. */
    public static Role listener(String address) {
        return Optional.ofNullable(PUBLISHED.get(address)).map(Permit::least).orElse(Role.ADMIN);
    }
}
