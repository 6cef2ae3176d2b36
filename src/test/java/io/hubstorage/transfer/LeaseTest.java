package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaseTest {
    @TempDir
    Path home;

    private Lease held() throws IOException {
        return new Lease(Files.createFile(home.resolve("lease")));
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

        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(lease::require).isInstanceOf(CancellationException.class));
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
        Lease lease = new Lease(null);

        assertThat(lease.isLost()).isFalse();
        assertThatCode(lease::check).doesNotThrowAnyException();
    }

    @Test
    void notEachStepLooksForItsFile() {
        // Each of these may find the file gone, if it takes so long that it is time for the next look.
        Awaitility.await().until(() -> {
            Lease lease = held();
            lease.require();
            Files.delete(home.resolve("lease"));
            try {
                lease.require();
                return true;
            } catch (CancellationException looked) {
                return false;
            }
        });
    }
}
