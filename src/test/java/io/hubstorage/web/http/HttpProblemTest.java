package io.hubstorage.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HttpProblemTest {
    @Test
    void reasonsAreTakenApartAgain() {
        assertThat(HttpProblem.problemsIn("a.b[0]: found \"x: y, allowed: z\", allowed: one of a, b\nno problem"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("a.b[0]");
                    assertThat(problem.toString())
                            .isEqualTo("a.b[0]: found \"x: y, allowed: z\", allowed: one of a, b");
                });
    }

    @Test
    void whatIsWrittenToBeTakenForManyProblemsIsOneOrNone() {
        String hostile = ": found ".repeat(100_000);
        assertThat(HttpProblem.problemsIn("buckets" + hostile + "\nx, allowed: photos"))
                .isEmpty();
        assertThat(HttpProblem.problemsIn("buckets" + hostile + ", allowed: photos"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).isEqualTo("buckets"));
        assertThat(HttpProblem.problemsIn(hostile + ", allowed: photos")).isEmpty();
        assertThat(HttpProblem.problemsIn("a, allowed: b: found c")).isEmpty();
    }
}
