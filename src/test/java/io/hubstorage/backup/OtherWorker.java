package io.hubstorage.backup;

import io.hubstorage.HubStorage;
import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.Hub;
import io.hubstorage.transfer.Terms;
import io.hubstorage.transfer.TransferVerticle;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A transfer worker as another process would be one: on the engine's bus, but with a way of its own to the data folder, and with
 * messages that can be cut off while it goes on.
 */
final class OtherWorker implements Terms, AutoCloseable {
    private static final long HELLO_MILLIS = 200;

    private final String id;
    private final Path data;
    private final ConfigStore config;
    private final Workers workers;
    private final Vertx vertx;
    private final TransferVerticle verticle;
    private final String deployment;
    private final long hellos;
    private final Map<Integer, TransferMessage.Shard> given = new ConcurrentHashMap<>();
    private volatile WorkerMessage.Share share;
    private volatile boolean cut;
    private volatile boolean withoutKeys;
    private boolean closed;

    private OtherWorker(String id, Hub hub, Path data) {
        HubStorage engine = hub.engine();
        this.id = id;
        this.data = data;
        this.config = engine.config();
        this.workers = engine.workers();
        this.vertx = hub.vertx();
        this.share = hello();
        this.verticle = new TransferVerticle(this, id, "test", S3Access.STALL, RetryPolicy.USUAL);
        vertx.eventBus().addOutboundInterceptor(wire());
        this.deployment = Hub.await(vertx.deployVerticle(verticle));
        this.hellos = vertx.setPeriodic(HELLO_MILLIS, _ -> {
            if (!cut) {
                share = hello();
            }
        });
    }

    /** Starts one that finds the data folder there. */
    static OtherWorker start(String id, Hub hub, Path data) {
        return new OtherWorker(id, hub, data);
    }

    private WorkerMessage.Share hello() {
        return workers.heard(new WorkerMessage.Hello(
                id, id, "test", Instant.EPOCH, Instant.EPOCH, "folder", verticle == null ? 0 : verticle.shards()));
    }

    /** Sees whatever goes to it, and comes from it. */
    private <T> Handler<DeliveryContext<T>> wire() {
        return delivery -> {
            if (!(isItsOwn(delivery.message().address(), delivery.message().body()) && cut)) {
                delivery.next();
            }
        };
    }

    private boolean isItsOwn(String address, Object body) {
        if (address.equals(Addresses.workerShard(id)) && body instanceof JsonObject shard && !cut) {
            TransferMessage.Shard told = BusJson.decode(shard, TransferMessage.Shard.class);
            given.put(told.id().dispatch(), told);
        }
        boolean told = address.equals(Addresses.TRANSFER_HEARTBEAT) || address.equals(Addresses.TRANSFER_RESULT);
        return address.startsWith("hubstorage.worker." + id + ".")
                || (told
                        && body instanceof JsonObject message
                        && given.containsKey(message.getJsonObject("id").getInteger("dispatch")));
    }

    /** The shards that it was given so far, as they were told. */
    List<TransferMessage.Shard> given() {
        return List.copyOf(given.values());
    }

    /** How many it is at work on. */
    int shards() {
        return verticle.shards();
    }

    /** From now on it has no credentials. */
    void loseKeys() {
        withoutKeys = true;
    }

    /** From now on nothing reaches it, and nothing of it is heard; it goes on. */
    void cutOff() {
        cut = true;
    }

    /** The coordinator finds out that it is lost. */
    void lost() {
        cutOff();
        workers.left(id);
    }

    /** Says that it goes. */
    void leave() {
        workers.left(id);
    }

    @Override
    public HubConfig config() {
        return config.config();
    }

    @Override
    public Settings.@Nullable Aws aws(@Nullable String account) {
        Settings.Aws aws = config.aws(account);
        return aws == null || !withoutKeys ? aws : aws.withKeys(new Settings.Keys("nobody", "nothing", null));
    }

    @Override
    public Path dataPath() {
        return data;
    }

    @Override
    public WorkerMessage.Share share() {
        return share;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            vertx.cancelTimer(hellos);
            cutOff();
            Hub.await(vertx.undeploy(deployment));
        }
    }
}
