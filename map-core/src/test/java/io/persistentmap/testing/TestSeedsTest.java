package io.persistentmap.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestSeedsTest {
  @Test
  void next_propertySet_isTheSeed() {
    String property = "persistentmap.seed.TestSeedsTest";
    System.setProperty(property, "42");
    try {
      assertThat(TestSeeds.next("TestSeedsTest")).isEqualTo(42);
    } finally {
      System.clearProperty(property);
    }
  }
}
