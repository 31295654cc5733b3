package io.persistentmap.serializer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Objects of a user's class: their fields. */
final class ObjectForm extends Form {
  private final Fields fields;
  private final Instantiator instantiator;

  ObjectForm(Fields fields, Instantiator instantiator) {
    this.fields = fields;
    this.instantiator = instantiator;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    fields.write(object, out);
  }

  @Override
  Object create(GraphReader in) {
    return instantiator.create();
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    Object object = Objects.requireNonNull(created);
    fields.read(object, in);
    return object;
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return fields.get(object);
  }
}
