package io.persistentmap.serializer;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Atomic references, which may refer to themselves: their value. */
final class ReferenceForm extends Form {
  @Override
  void writeBody(Object object, GraphWriter out) {
    try {
      out.value(((AtomicReference<?>) object).get());
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in(".get()");
    }
  }

  @Override
  Object create(GraphReader in) {
    return new AtomicReference<>();
  }

  @Override
  @SuppressWarnings("unchecked") // it was created above
  Object readBody(@Nullable Object created, GraphReader in) {
    AtomicReference<@Nullable Object> reference =
        (AtomicReference<@Nullable Object>) Objects.requireNonNull(created);
    reference.set(in.value());
    return reference;
  }
}
