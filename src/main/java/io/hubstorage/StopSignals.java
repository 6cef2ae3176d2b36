package io.hubstorage;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM, SIGINT and SIGHUP ask the program to stop, and it ends itself when it has. Handled here instead of by a
 * shutdown hook, because a hook can neither choose the exit code (without halting, which leaves temporary files behind)
 * nor see a second signal.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
    private static final int KILLED_BY = 128;

    private final Duration patience;
    private final PrintStream err;
    private final CompletableFuture<Void> requested = new CompletableFuture<>();

    /**
     * Installs the handlers.
     *
     * @param patience how long an ordered stop may take before the process is ended anyhow
     */
    StopSignals(Duration patience, PrintStream err) {
        this.patience = patience;
        this.err = err;
        for (String name : List.of("TERM", "INT", "HUP")) {
            try {
                handle(name);
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                LOG.debug("SIG{} cannot be handled", name, e);
            }
        }
    }

    /** By reflection: the compiler warns of {@code sun.misc.Signal} in a way that nothing can suppress. */
    private void handle(String name) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        int number = (int) signalType.getMethod("getNumber").invoke(signal);
        // Not by a method handle, whose class takes as long to spin as many others take to load.
        Object handler =
                Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, (_, called, _) -> {
                    if (called.getName().equals("handle")) {
                        received(number);
                    }
                    return null;
                });
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    }

    /** Completes at the first signal. */
    CompletableFuture<Void> requested() {
        return requested;
    }

    private void received(int number) {
        if (!requested.complete(null)) {
            Runtime.getRuntime().halt(KILLED_BY + number);
        }
        CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS, StopSignals::onOwnThread)
                .execute(this::endAnyhow);
    }

    /** Not in a shared pool, which may be what hangs. */
    private static void onOwnThread(Runnable work) {
        Thread.ofPlatform().daemon().name("stop-watch").start(work);
    }

    private void endAnyhow() {
        err.printf(
                "HubStorage did not stop within %d s and is ended now; the next start goes on.%n",
                patience.toSeconds());
        err.flush();
        Runtime.getRuntime().halt(1);
    }
}
