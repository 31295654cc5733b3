package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/** Classes as values: nothing more than their number. */
final class ClassForm extends Form {
  private final Class<?> type;

  ClassForm(Class<?> type) {
    this.type = type;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {}

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    return type;
  }
}
