package io.persistentmap.serializer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Objects that can't be made, because their class is gone, is not allowed, or has changed too much:
 * an exception that says why.
 */
final class UnreadableForm extends Form {
  private final RuntimeException reason;

  UnreadableForm(RuntimeException reason) {
    this.reason = reason;
  }

  /** Returns why objects can't be made. */
  RuntimeException reason() {
    return reason;
  }

  private SerializationException refusal() {
    return new SerializationException(
        Objects.requireNonNullElse(reason.getMessage(), reason.toString()), reason);
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    throw refusal();
  }

  @Override
  Object create(GraphReader in) {
    throw refusal();
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    throw refusal();
  }
}
