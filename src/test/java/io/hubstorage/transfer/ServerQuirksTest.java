package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.s3.S3Failure;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class ServerQuirksTest {
    private final AtomicInteger trials = new AtomicInteger();
    private final AtomicInteger questions = new AtomicInteger();
    private @Nullable S3Failure answerToTrial;

    private final ServerQuirks quirks = new ServerQuirks("photos", () -> {
        trials.incrementAndGet();
        if (answerToTrial != null) {
            throw answerToTrial;
        }
        return true;
    });

    private static S3Failure.Auth refusal() {
        S3Failure failure = S3Failure.of(
                S3Exception.builder()
                        .statusCode(403)
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("SignatureDoesNotMatch")
                                .build())
                        .build(),
                "Reading x");
        assertThat(failure).isInstanceOf(S3Failure.Auth.class);
        return (S3Failure.Auth) failure;
    }

    private static S3Failure failure(S3Failure.Kind kind) {
        return S3Failure.unreadable(kind, "refused", S3Failure.corrupt("x"));
    }

    @Test
    void theKeyIsSentFromTheFirstObjectOnThatAsksForIt() {
        assertThat(quirks.wantsCustomerKey()).isFalse();

        assertThat(quirks.wantsOtherwise(failure(S3Failure.Kind.CUSTOMER_KEY), false))
                .isTrue();
        assertThat(quirks.wantsCustomerKey()).isTrue();

        assertThat(quirks.wantsOtherwise(failure(S3Failure.Kind.CUSTOMER_KEY_NOT_WANTED), true))
                .isTrue();
        assertThat(quirks.wantsCustomerKey()).isFalse();
    }

    @Test
    void aRefusalOfWhatWasNotSentSaysNothing() {
        assertThat(quirks.wantsOtherwise(failure(S3Failure.Kind.CUSTOMER_KEY), true))
                .isFalse();
        assertThat(quirks.wantsOtherwise(failure(S3Failure.Kind.CUSTOMER_KEY_NOT_WANTED), false))
                .isFalse();
        assertThat(quirks.wantsCustomerKey()).isFalse();
    }

    @Test
    void aServerThatTellsNoPartsThreeTimesInARowIsNotAskedAnyMore() {
        quirks.toldParts(false);
        quirks.toldParts(false);
        quirks.toldParts(true);
        quirks.toldParts(false);
        quirks.toldParts(false);
        assertThat(quirks.mayTellParts()).isTrue();

        quirks.toldParts(false);

        assertThat(quirks.mayTellParts()).isFalse();
    }

    private Optional<String> tags(@Nullable String answer) throws Exception {
        return quirks.tags(() -> {
            questions.incrementAndGet();
            return Optional.ofNullable(answer);
        });
    }

    @Test
    void tagsThatAreRefusedOnceAreNotAskedForAgain() throws Exception {
        assertThat(tags(null)).isEmpty();
        assertThat(tags("a")).isEmpty();

        assertThat(questions).hasValue(1);
    }

    /** The answer that another thread gets, which must not wait for ever for its turn. */
    private static <T> T elsewhere(Callable<T> question) throws Exception {
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> answer = thread.submit(question);
            try {
                return answer.get(1, TimeUnit.MINUTES);
            } finally {
                answer.cancel(true);
            }
        }
    }

    @Test
    void aQuestionThatFailsIsTheNextOnesTurn() throws Exception {
        assertThatThrownBy(() -> quirks.tags(() -> {
                    throw S3Failure.corrupt("on the way");
                }))
                .isInstanceOf(S3Failure.class);
        assertThat(elsewhere(() -> tags("a"))).contains("a");
    }

    @Test
    void everybodyHasATurnAtLooksAndJudgements() throws Exception {
        assertThat(moves(false, true)).isTrue();
        assertThat(elsewhere(() -> moves(false, false))).isFalse();
        quirks.judge(refusal(), 0);
        assertThat(elsewhere(() -> quirks.judge(refusal(), 0))).isInstanceOf(S3Failure.Permanent.class);
    }

    @Test
    void tagsThatAreToldAreAskedForOfEachObject() throws Exception {
        assertThat(tags("a")).contains("a");
        assertThat(tags("b")).contains("b");
        assertThat(tags(null)).isEmpty();
        assertThat(tags("c")).contains("c");

        assertThat(questions).hasValue(4);
    }

    private boolean moves(boolean folder, boolean moved) throws Exception {
        return quirks.doesTimeMove("key", folder, () -> {
            questions.incrementAndGet();
            return moved;
        });
    }

    @Test
    void tenObjectsWithAnotherTimeInEachListingMakeTheServersTimesWorthless() throws Exception {
        for (int object = 1; object < 10; object++) {
            assertThat(moves(false, true)).isTrue();
        }
        assertThat(quirks.doTimesMove(false)).as("after nine").isFalse();

        assertThat(moves(false, true)).isTrue();

        assertThat(quirks.doTimesMove(false)).isTrue();
        assertThat(quirks.doTimesMove(true)).as("those of folders").isFalse();
        assertThat(moves(false, false)).isTrue();
        assertThat(questions).as("looks").hasValue(10);
    }

    @Test
    void tenObjectsWhoseTimesStandStillEndTheLooks() throws Exception {
        for (int object = 0; object < 10; object++) {
            assertThat(moves(true, false)).isFalse();
        }

        assertThat(moves(true, true)).isFalse();

        assertThat(questions).hasValue(10);
        assertThat(quirks.doTimesMove(true)).isFalse();
        assertThat(moves(false, true)).as("files are another matter").isTrue();
    }

    @Test
    void whereTheBucketCanBeListedARefusalIsTheObjectsOwnFailure() throws Exception {
        S3Failure judged = quirks.judge(refusal(), System.nanoTime());

        assertThat(judged).isInstanceOf(S3Failure.Permanent.class).hasMessageContaining("about the object alone");
        assertThat(judged.kind()).isEqualTo(S3Failure.Kind.AUTH);
    }

    @Test
    void whereItCannotEveryReadIsRefused() throws Exception {
        answerToTrial = refusal();

        assertThat(quirks.judge(refusal(), System.nanoTime())).isSameAs(answerToTrial);
    }

    @Test
    void refusalsThatComeTogetherAreJudgedByOneTrialAndLaterOnesAnew() throws Exception {
        long sent = System.nanoTime();
        quirks.judge(refusal(), sent);
        quirks.judge(refusal(), sent);
        assertThat(trials).hasValue(1);

        answerToTrial = refusal();

        assertThat(quirks.judge(refusal(), System.nanoTime())).isInstanceOf(S3Failure.Auth.class);
        assertThat(trials).hasValue(2);
    }

    @Test
    void twentyRefusalsInARowAreNoMatterOfCertainKeys() throws Exception {
        for (int read = 0; read < 20; read++) {
            assertThat(quirks.judge(refusal(), 0)).isInstanceOf(S3Failure.Permanent.class);
        }
        quirks.accepted();
        for (int read = 0; read < 20; read++) {
            assertThat(quirks.judge(refusal(), 0)).isInstanceOf(S3Failure.Permanent.class);
        }

        assertThat(quirks.judge(refusal(), 0)).isInstanceOf(S3Failure.Auth.class);
    }
}
