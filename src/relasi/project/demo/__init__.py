"""The demo company: PT Surya Cakra Energi, which sells solar power, with two years of invented business."""
