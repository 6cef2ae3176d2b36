package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaseTest {
    @TempDir
    Path home;

    private final AtomicLong now = new AtomicLong();

    private Lease held() throws IOException {
        return new Lease(Files.createFile(home.resolve("lease")), now::get);
    }

    @Test
    void asLongAsItsFileIsThereWorkGoesOn() throws IOException {
        Lease lease = held();

        assertThatCode(lease::check).doesNotThrowAnyException();
        assertThatCode(lease::require).doesNotThrowAnyException();
        assertThat(lease.isLost()).isFalse();
        assertThat(lease.isRequested()).isFalse();
    }

    @Test
    void withoutItsFileNothingIsWrittenAndAllWorkEnds() throws IOException {
        Lease lease = held();
        Files.delete(home.resolve("lease"));

        assertThatThrownBy(lease::require)
                .isInstanceOf(CancellationException.class)
                .hasMessage("the run has given this shard up");
        assertThat(lease.isLost()).isTrue();
        assertThat(lease.isRequested()).isTrue();
        assertThatThrownBy(lease::check).isInstanceOf(CancellationException.class);
    }

    @Test
    void thatItIsGoneIsNoticedSoonAlthoughNotEachStepLooks() throws IOException {
        Lease lease = held();
        lease.require();
        Files.delete(home.resolve("lease"));

        now.addAndGet(Duration.ofMillis(100).toNanos());
        assertThatCode(lease::require).doesNotThrowAnyException();
        now.incrementAndGet();
        assertThatThrownBy(lease::require).isInstanceOf(CancellationException.class);
    }

    @Test
    void whoeverAsksWhetherToGoOnLooksTooForItsFile() throws IOException {
        Lease lease = held();
        Files.delete(home.resolve("lease"));

        assertThatThrownBy(lease::check).hasMessage("the run has given this shard up");
    }

    @Test
    void aLostLeaseStaysLost() throws IOException {
        Lease lease = held();
        Files.delete(home.resolve("lease"));
        assertThat(lease.isLost()).isTrue();
        Files.createFile(home.resolve("lease"));

        assertThat(lease.isLost()).isTrue();
        assertThatThrownBy(lease::require).isInstanceOf(CancellationException.class);
    }

    @Test
    void whatIsBeingWrittenDownWhenSomebodyAsksToStopIsFinished() throws IOException {
        Lease lease = held();
        lease.request();

        assertThatCode(lease::require).doesNotThrowAnyException();
        assertThatThrownBy(lease::check).hasMessage("stopped on request");
    }

    @Test
    void whereNothingIsWrittenThereIsNothingToLose() {
        Lease lease = new Lease(null, now::get);

        assertThat(lease.isLost()).isFalse();
        assertThatCode(lease::check).doesNotThrowAnyException();
    }
}
