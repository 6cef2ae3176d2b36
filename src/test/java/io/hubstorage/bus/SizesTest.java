package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.00 KiB",
        "1536, 1.50 KiB",
        "1048063, 1023 KiB",
        "1048064, 1.00 MiB",
        "16106127360, 15.0 GiB",
        "6047313952768, 5.50 TiB",
        "1125899906842624, 1.00 PiB",
    })
    void bytesAreToldInUnitsThatPeopleRead(double bytes, String words) {
        assertThat(Sizes.bytes(bytes)).isEqualTo(words);
    }

    @Test
    void countsHaveTheirThousandsSetApart() {
        assertThat(Sizes.number(1_234_567)).isEqualTo("1,234,567");
        assertThat(Sizes.objects(1)).isEqualTo("1 object");
        assertThat(Sizes.objects(0)).isEqualTo("0 objects");
        assertThat(Sizes.objects(1_000)).isEqualTo("1,000 objects");
    }

    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0 s",
        "PT0.4S, 0 s",
        "PT59.9S, 59 s",
        "PT60S, 1 min",
        "PT200S, 3 min 20 s",
        "PT59M59S, 59 min 59 s",
        "PT1H, 1 h",
        "PT2H5M59S, 2 h 5 min",
        "PT24H, 1 d",
        "PT93784S, 1 d 2 h",
    })
    void aDurationHasTwoUnitsAtMost(Duration time, String words) {
        assertThat(Sizes.duration(time)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 1 s",
        "PT89S, 89 s",
        "PT90S, 2 min",
        "PT89M, 89 min",
        "PT100M, 2 h",
        "PT35H, 35 h",
        "PT72H, 3 days",
    })
    void aRoughDurationHasOne(Duration time, String words) {
        assertThat(Sizes.roughly(time)).isEqualTo(words);
    }
}
