"""Hand-over of one model: a folder from which programs without nbmodelver load, check, serve and rebuild it."""
