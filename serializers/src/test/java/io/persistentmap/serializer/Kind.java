package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A kind of objects of the JDK, and what is to become of them.
 *
 * @param name names it in reports
 * @param value one of them
 * @param check compares it with what is read back; null if it is to be refused
 * @param reason a part of the message of the refusal
 */
record Kind(String name, Object value, Check check, String reason) {
  /** Compares what was written with what was read. */
  interface Check {
    void accept(Object written, Object read) throws Exception;
  }

  /** Equal, of the same class, in the same order. */
  static Kind same(String name, Object value) {
    return checked(
        name,
        value,
        (written, read) -> {
          assertThat(read).isEqualTo(written).hasSameClassAs(written);
          assertThat(read.hashCode()).isEqualTo(written.hashCode());
          assertThat(elements(read)).isEqualTo(elements(written));
        });
  }

  /** Of the same class, and says the same. */
  static Kind alike(String name, Object value) {
    return checked(
        name,
        value,
        (written, read) ->
            assertThat(read).hasSameClassAs(written).hasToString(written.toString()));
  }

  /** What the check says, and of the same class. */
  @SuppressWarnings("unchecked") // the read object is of the class of the value
  static <T> Kind behaves(String name, T value, Behaviour<T> check) {
    return checked(
        name,
        value,
        (written, read) -> {
          assertThat(read).hasSameClassAs(written);
          check.accept((T) read);
        });
  }

  /** Looks at what was read. */
  interface Behaviour<T> {
    void accept(T read) throws Exception;
  }

  static Kind checked(String name, Object value, Check check) {
    return new Kind(name, value, check, "");
  }

  static Kind refused(String name, Object value, String reason) {
    return new Kind(name, value, (written, read) -> {}, reason);
  }

  boolean isRefused() {
    return !reason.isEmpty();
  }

  private static List<Object> elements(Object object) {
    if (object instanceof Map<?, ?> map) {
      return new ArrayList<>(map.entrySet());
    }
    return object instanceof Collection<?> collection ? new ArrayList<>(collection) : List.of();
  }

  @Override
  public String toString() {
    return name;
  }
}
