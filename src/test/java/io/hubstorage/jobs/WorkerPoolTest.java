package io.hubstorage.jobs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

final class WorkerPoolTest {
    private final AtomicInteger done = new AtomicInteger();

    @Test
    void whenItReturnsEveryTaskIsDone() throws InterruptedException {
        WorkerPool.run("test", 3, pool -> {
            for (int task = 0; task < 1_000; task++) {
                pool.submit(done::incrementAndGet);
            }
        });

        assertThat(done).hasValue(1_000);
    }

    @Test
    void whatATaskLogsIsMarkedAsThatOfWhoeverBeganThePool() throws InterruptedException {
        Set<String> runs = ConcurrentHashMap.newKeySet();
        try (var _ = MDC.putCloseable("run", "r-1")) {
            WorkerPool.run("test", 3, pool -> {
                for (int task = 0; task < 20; task++) {
                    pool.submit(() -> runs.add(String.valueOf(MDC.get("run"))));
                }
            });
        }

        assertThat(runs).containsExactly("r-1");
    }

    @Test
    void asManyTasksAsAllowedAreUnderWayAndNoMore() throws Exception {
        CyclicBarrier three = new CyclicBarrier(3);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        WorkerPool.<Exception>run("test", 3, pool -> {
            for (int task = 0; task < 99; task++) {
                pool.submit(() -> {
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    three.await(1, TimeUnit.MINUTES);
                    underWay.decrementAndGet();
                });
            }
        });

        assertThat(most).hasValue(3);
    }

    @Test
    @Timeout(60)
    @SuppressWarnings("ThreadPriorityCheck") // Lets others run who should not be there.
    void whereFewerAreAllowedMeanwhileNoMoreAreUnderWayThanThat() throws InterruptedException {
        AtomicInteger allowed = new AtomicInteger(3);
        CountDownLatch begun = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        WorkerPool.run("test", allowed::get, pool -> {
            for (int task = 0; task < 3; task++) {
                pool.submit(() -> {
                    begun.countDown();
                    go.await();
                });
            }
            begun.await();
            allowed.set(1);
            go.countDown();
            for (int task = 0; task < 200; task++) {
                pool.submit(() -> {
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    Thread.yield();
                    underWay.decrementAndGet();
                    done.incrementAndGet();
                });
            }
        });

        assertThat(most).hasValue(1);
        assertThat(done).hasValue(200);
    }

    @Test
    @Timeout(60)
    void whereMoreAreAllowedMeanwhileThoseThatWaitAreBegunWithTheNext() throws InterruptedException {
        AtomicInteger allowed = new AtomicInteger(1);
        CountDownLatch go = new CountDownLatch(1);

        WorkerPool.run("test", allowed::get, pool -> {
            pool.submit(go::await);
            pool.submit(done::incrementAndGet);
            allowed.set(3);
            pool.submit(done::incrementAndGet);
            await().until(() -> done.get() == 2);
            go.countDown();
        });
    }

    @Test
    @Timeout(60)
    void whoeverHandsThemOutIsAheadByHalfAsManyAndGoesOnWhenSomeAreDone() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger handedOut = new AtomicInteger();
        Thread source = Thread.ofVirtual().start(() -> {
            try {
                WorkerPool.run("test", 4, pool -> {
                    for (int task = 0; task < 100; task++) {
                        pool.submit(() -> {
                            go.await();
                            done.incrementAndGet();
                        });
                        handedOut.incrementAndGet();
                    }
                });
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        await().until(() -> handedOut.get() == 6 && source.getState() == Thread.State.WAITING);
        go.countDown();
        source.join();

        assertThat(done).hasValue(100);
    }

    @Test
    void aThreadGoesOnWithTheNextTask() throws InterruptedException {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch allWait = new CountDownLatch(1);

        WorkerPool.run("test", 2, pool -> {
            for (int task = 0; task < 3; task++) {
                pool.submit(() -> {
                    allWait.await();
                    threads.add(Thread.currentThread());
                });
            }
            allWait.countDown();
        });

        assertThat(threads).hasSizeBetween(1, 2);
    }

    @Test
    @Timeout(60)
    void anErrorEndsTheWaitForRoom() {
        CountDownLatch full = new CountDownLatch(1);

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 1, pool -> {
                    Thread source = Thread.currentThread();
                    pool.submit(() -> {
                        full.await();
                        await().until(() -> source.getState() == Thread.State.WAITING);
                        throw new IOException("the first");
                    });
                    pool.submit(done::incrementAndGet);
                    full.countDown();
                    pool.submit(done::incrementAndGet);
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the first");
        assertThat(done).as("tasks after it").hasValue(0);
    }

    @Test
    void theFirstErrorEndsEverythingAndIsTheOneThatIsThrown() {
        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 1, pool -> {
                    pool.submit(() -> {
                        throw new IOException("the first");
                    });
                    while (true) {
                        pool.submit(done::incrementAndGet);
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the first");
        assertThat(done).as("tasks after it").hasValue(0);
    }

    @Test
    void anErrorOfTheLastTaskIsThrownToo() {
        assertThatThrownBy(() -> WorkerPool.run(
                        "test",
                        4,
                        pool -> pool.submit(() -> {
                            throw new StackOverflowError("too deep");
                        })))
                .isInstanceOf(StackOverflowError.class);
    }

    @Test
    void whatIsStillUnderWayIsInterruptedAndKnowsThatAnotherHasFailed() {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean knew = new AtomicBoolean();

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    pool.submit(() -> {
                        begun.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } finally {
                            knew.set(pool.hasFailed());
                        }
                    });
                    begun.await();
                    pool.submit(() -> {
                        throw new IOException("the first");
                    });
                    pool.submit(done::incrementAndGet);
                }))
                .hasMessage("the first");
        assertThat(knew).isTrue();
    }

    @Test
    @Timeout(60)
    void soItIsWhenNothingMoreIsHandedOut() {
        CountDownLatch begun = new CountDownLatch(1);

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    pool.submit(() -> {
                        begun.countDown();
                        new CountDownLatch(1).await();
                    });
                    begun.await();
                    pool.submit(() -> {
                        throw new IOException("the last");
                    });
                }))
                .hasMessage("the last");
    }

    @Test
    void anErrorOfWhoeverHandsOutTheTasksEndsThemToo() {
        CountDownLatch begun = new CountDownLatch(1);

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    pool.submit(() -> {
                        begun.countDown();
                        new CountDownLatch(1).await();
                    });
                    begun.await();
                    throw new IOException("no more to hand out");
                }))
                .hasMessage("no more to hand out");
    }

    @Test
    @Timeout(60)
    void nothingIsHandedOutAfterwards() throws Exception {
        AtomicReference<WorkerPool<RuntimeException>> over = new AtomicReference<>();
        WorkerPool.<RuntimeException>run("test", 2, over::set);

        assertThatThrownBy(() -> requireNonNull(over.get()).submit(done::incrementAndGet))
                .isInstanceOf(CancellationException.class);
        assertThat(done).hasValue(0);
    }

    @Test
    @Timeout(60)
    void anErrorEndsTheWaitOfAllWhoHandOut() {
        CountDownLatch fail = new CountDownLatch(1);
        List<Thread> others = new ArrayList<>();

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 1, pool -> {
                    pool.submit(() -> {
                        fail.await();
                        throw new IOException("the first");
                    });
                    pool.submit(done::incrementAndGet);
                    for (int other = 0; other < 3; other++) {
                        others.add(Thread.ofVirtual().start(() -> submitQuietly(pool)));
                    }
                    await().until(() -> others.stream().allMatch(each -> each.getState() == Thread.State.WAITING));
                    fail.countDown();
                    for (Thread each : others) {
                        each.join();
                    }
                }))
                .hasMessage("the first");
        assertThat(done).hasValue(0);
    }

    private void submitQuietly(WorkerPool<IOException> pool) {
        try {
            pool.submit(done::incrementAndGet);
        } catch (CancellationException | InterruptedException refused) {
            // As it should be.
        }
    }

    private static void endWhenInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException toldToStop) {
            // As a task that has just written down what it had.
        }
    }

    @Test
    @Timeout(60)
    void whatWaitsIsNotBegunWhenWhoeverHandsOutGivesUp() {
        CountDownLatch begun = new CountDownLatch(1);

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    for (int task = 0; task < 2; task++) {
                        pool.submit(() -> {
                            begun.countDown();
                            endWhenInterrupted();
                        });
                    }
                    pool.submit(done::incrementAndGet);
                    begun.await();
                    throw new CancellationException("stopped on request");
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(done).hasValue(0);
    }

    @Test
    @Timeout(60)
    void whereOneWasToldToStopTheOthersMayWriteDownWhatTheyHave() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    pool.submit(() -> {
                        begun.countDown();
                        stopped.await();
                        done.incrementAndGet();
                    });
                    begun.await();
                    pool.submit(() -> {
                        throw new CancellationException("stopped on request");
                    });
                    await().until(pool::hasFailed);
                    stopped.countDown();
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessage("stopped on request");
        assertThat(done).hasValue(1);
    }

    @Test
    @Timeout(60)
    void whoeverIsInterruptedWhileItWaitsForTheTasksInterruptsThem() {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();

        assertThatThrownBy(() -> WorkerPool.<IOException>run("test", 2, pool -> {
                    pool.submit(() -> {
                        begun.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            interrupted.set(true);
                            throw e;
                        }
                    });
                    begun.await();
                    Thread.currentThread().interrupt();
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(interrupted).isTrue();
    }

    @Test
    void aCancellationIsThrownAsItIsWhereNothingHasFailed() {
        assertThatThrownBy(() -> WorkerPool.run("test", 2, pool -> {
                    throw new CancellationException("stopped on request");
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessage("stopped on request");
    }
}
