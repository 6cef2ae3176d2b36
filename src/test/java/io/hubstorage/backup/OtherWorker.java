package io.hubstorage.backup;

import io.hubstorage.HubStorage;
import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.Hub;
import io.hubstorage.transfer.TransferVerticle;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A transfer worker as another process would be one: on the engine's bus, but with a way of its own to the data folder, and with
 * messages that can be cut off while it goes on.
 */
final class OtherWorker implements AutoCloseable {
    private static final long HELLO_MILLIS = 200;

    private final String id;
    private final Workers workers;
    private final Vertx vertx;
    private final TransferVerticle verticle;
    private final String deployment;
    private final long hellos;
    private final Map<Integer, TransferMessage.Shard> given = new ConcurrentHashMap<>();
    private volatile WorkerMessage.Share share;
    private volatile boolean cut;
    private boolean closed;

    private OtherWorker(String id, Hub hub, Map<String, String> variables) {
        HubStorage engine = hub.engine();
        this.id = id;
        this.workers = engine.workers();
        this.vertx = hub.vertx();
        this.share = hello();
        ConfigStore config = ConfigStore.received(
                vertx,
                engine.config().environment().overridden(variables),
                engine.config().current().config(),
                InstantSource.system());
        this.verticle = new TransferVerticle(id, config, () -> share, "test", S3Access.STALL, RetryPolicy.USUAL);
        vertx.eventBus().addOutboundInterceptor(wire());
        this.deployment = Hub.await(vertx.deployVerticle(verticle));
        this.hellos = vertx.setPeriodic(HELLO_MILLIS, _ -> {
            if (!cut) {
                share = hello();
            }
        });
    }

    /** Starts one for which these variables are other ones than for the engine. */
    static OtherWorker start(String id, Hub hub, Map<String, String> variables) {
        return new OtherWorker(id, hub, variables);
    }

    private WorkerMessage.Share hello() {
        return workers.heard(new WorkerMessage.Hello(id, id, "test", Instant.EPOCH, "folder", true, null));
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
    public void close() {
        if (!closed) {
            closed = true;
            vertx.cancelTimer(hellos);
            cutOff();
            Hub.await(vertx.undeploy(deployment));
        }
    }
}
