package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Buckets whose owners let those pay who read them. */
final class RequesterPaysTest extends EngineTest {
    private SyntheticBucket demanding() {
        return s3.bucket(
                "maps", SyntheticBucket.ofKeys(2_000_000, List.of("a", "b")).demandingPayer());
    }

    private static boolean pays(S3Request request) {
        return "requester".equals(request.headers().get("x-amz-request-payer"));
    }

    @Test
    void withoutAgreeingToPayTheBucketFailsAndTheMessageNamesTheOption() {
        demanding();
        hub.configure("maps");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("access is denied", "request_payer");
        assertThat(s3.log().requests()).noneMatch(RequesterPaysTest::pays);
    }

    @Test
    void oneAgreesForOneBucketAlone() {
        SyntheticBucket maps = demanding();
        SyntheticBucket photos = bucket("photos", "x");
        hub.configure(new JsonObject()
                .put(
                        "s3_buckets",
                        new JsonArray()
                                .add(new JsonObject().put("name", "maps").put("request_payer", true))
                                .add("photos")));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("maps", maps).holds("photos", photos);
        assertThat(s3.log().requests())
                .allSatisfy(request ->
                        assertThat(pays(request)).isEqualTo(request.bucket().equals("maps")));
    }

    @Test
    void orForAll() {
        SyntheticBucket maps = demanding();
        hub.configure(config(new JsonObject().put("request_payer", true), "maps"));

        audit(hub.backUp()).holds("maps", maps);
    }
}
